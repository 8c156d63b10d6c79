#include "memory.hpp"

#include <sys/mman.h>

#include <mutex>

namespace blastema {

namespace {

std::mutex guard;
std::vector<char*>& spare() {
  // Never destroyed, since rollouts may outlive it at exit.
  static auto* blocks = new std::vector<char*>;
  return *blocks;
}

}  // namespace

char* Blocks::take() {
  {
    std::lock_guard<std::mutex> lock(guard);
    if (!spare().empty()) {
      char* block = spare().back();
      spare().pop_back();
      return block;
    }
  }
  char* block = static_cast<char*>(::operator new(size, std::align_val_t(size)));
#if defined(MADV_HUGEPAGE)
  madvise(block, size, MADV_HUGEPAGE);
#endif
  return block;
}

void Blocks::give(char* block) {
  if (!block) return;
  {
    std::lock_guard<std::mutex> lock(guard);
    if (spare().size() < most) {
      spare().push_back(block);
      return;
    }
  }
  ::operator delete(block, std::align_val_t(size));
}

}  // namespace blastema

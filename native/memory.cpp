#include "memory.hpp"

#include <sys/mman.h>

#include <mutex>

namespace blastema {

namespace {

// An array, not a vector: giving a block back must not need memory, and rollouts may outlive a vector at exit.
std::mutex guard;
char* spare[Blocks::most];
size_t spares = 0;

}  // namespace

char* Blocks::take() {
  {
    std::lock_guard<std::mutex> lock(guard);
    if (spares) return spare[--spares];
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
    if (spares < most) {
      spare[spares++] = block;
      return;
    }
  }
  ::operator delete(block, std::align_val_t(size));
}

void Blocks::free_spares() {
  std::lock_guard<std::mutex> lock(guard);
  while (spares) ::operator delete(spare[--spares], std::align_val_t(size));
}

}  // namespace blastema

#include "memory.hpp"

#include <sys/mman.h>

#include <mutex>

namespace blastema {

namespace {

// An array, not a vector: releasing a block must not allocate, and at exit rollouts may outlive a vector.
std::mutex mutex;
char* cached[BlockCache::max_cached];
size_t cached_count = 0;

}  // namespace

char* BlockCache::allocate() {
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (cached_count) return cached[--cached_count];
  }
  char* block = static_cast<char*>(::operator new(block_size, std::align_val_t(block_size)));
#if defined(MADV_HUGEPAGE)
  madvise(block, block_size, MADV_HUGEPAGE);
#endif
  return block;
}

void BlockCache::release(char* block) {
  if (!block) return;
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (cached_count < max_cached) {
      cached[cached_count++] = block;
      return;
    }
  }
  ::operator delete(block, std::align_val_t(block_size));
}

void BlockCache::clear() {
  std::lock_guard<std::mutex> lock(mutex);
  while (cached_count) ::operator delete(cached[--cached_count], std::align_val_t(block_size));
}

}  // namespace blastema

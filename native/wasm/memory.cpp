#include "memory.hpp"

#include "errors.hpp"

namespace blastema {

// The allocator keeps what is released; WebAssembly has neither pages to warm up nor huge ones.
char* BlockCache::allocate() {
  void* block = std::aligned_alloc(64, block_size);
  if (!block) fail_out_of_memory();
  return static_cast<char*>(block);
}

void BlockCache::release(char* block) { std::free(block); }

void BlockCache::clear() {}

}  // namespace blastema

// Those of the standard library would end the instance with a trap that says nothing.
void* operator new(size_t bytes) {
  void* memory = std::malloc(bytes ? bytes : 1);
  if (!memory) blastema::fail_out_of_memory();
  return memory;
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

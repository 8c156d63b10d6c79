// Memory for vectors: aligned to 64 bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "errors.hpp"

namespace blastema {

inline void* align_up(void* pointer) {
  return reinterpret_cast<void*>((reinterpret_cast<uintptr_t>(pointer) + 63) & ~uintptr_t(63));
}

// An array of zeros. Untouched pages of a large one take no memory.
template <class T>
class ZeroedArray {
 public:
  ZeroedArray() = default;
  explicit ZeroedArray(size_t count) : memory_(std::calloc(count * sizeof(T) + 128, 1)) {
    if (!memory_) fail_out_of_memory();
  }
  T* get() const { return static_cast<T*>(align_up(memory_.get())); }

 private:
  struct Free {
    void operator()(void* pointer) const { std::free(pointer); }
  };
  std::unique_ptr<void, Free> memory_;
};

// An array that grows when needed and does not keep its contents when it grows.
template <class T>
class Buffer {
 public:
  T* resize(size_t count) {
    if (count > capacity_) {
      array_ = ZeroedArray<T>();
      capacity_ = 0;  // in case the allocation fails
      array_ = ZeroedArray<T>(count + count / 2);
      capacity_ = count + count / 2;
    }
    return array_.get();
  }

 private:
  ZeroedArray<T> array_;
  size_t capacity_ = 0;
};

// Blocks of memory that the arenas of one rollout pass on to those of the next, since pages fresh from the system are
// slow. Each is one huge page where the system supports them: a rollout touches too many small pages for the TLB.
class BlockCache {
 public:
  static constexpr size_t block_size = 1 << 21, max_cached = 48;
  static char* allocate();
  static void release(char* block);
  // Returns the blocks that no arena holds to the system.
  static void clear();
};

// Allocates arrays that are all freed at once.
class Arena {
 public:
  Arena() = default;
  Arena(Arena&&) = default;
  ~Arena() {
    for (char* block : blocks_) BlockCache::release(block);
  }

  template <class T>
  T* allocate(size_t count) {
    const size_t bytes = rounded(count * sizeof(T));
    if (bytes > BlockCache::block_size) {
      large_.emplace_back(bytes);
      used_ += bytes;
      return reinterpret_cast<T*>(large_.back().get());
    }
    if (bytes > left_) {
      blocks_.push_back(nullptr);
      blocks_.back() = BlockCache::allocate();
      next_ = blocks_.back();
      left_ = BlockCache::block_size;
    }
    used_ += bytes;
    last_ = next_;
    next_ += bytes;
    left_ -= bytes;
    return reinterpret_cast<T*>(last_);
  }
  // Shrinks the array that was allocated last from `allocated` to `count` elements.
  template <class T>
  void shrink_last(T* array, size_t allocated, size_t count) {
    used_ -= rounded(allocated * sizeof(T)) - rounded(count * sizeof(T));
    if (reinterpret_cast<char*>(array) != last_) return;
    char* end = last_ + rounded(count * sizeof(T));
    left_ += next_ - end;
    next_ = end;
  }
  // Number of bytes allocated.
  size_t used() const { return used_; }

 private:
  static size_t rounded(size_t bytes) { return (bytes + 63) / 64 * 64; }

  std::vector<char*> blocks_;
  std::vector<ZeroedArray<char>> large_;
  char* next_ = nullptr;
  char* last_ = nullptr;
  size_t left_ = 0, used_ = 0;
};

}  // namespace blastema

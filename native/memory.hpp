// Memory for vectors: aligned to 64 bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

namespace blastema {

inline void* aligned(void* at) {
  return reinterpret_cast<void*>((reinterpret_cast<uintptr_t>(at) + 63) & ~uintptr_t(63));
}

// An array of zeros. Large ones cost nothing where they are never touched.
template <class T>
class Zeros {
 public:
  Zeros() = default;
  explicit Zeros(size_t count) : memory_(std::calloc(count * sizeof(T) + 128, 1)) {
    if (!memory_) throw std::bad_alloc();
  }
  T* get() const { return static_cast<T*>(aligned(memory_.get())); }

 private:
  struct Free {
    void operator()(void* at) const { std::free(at); }
  };
  std::unique_ptr<void, Free> memory_;
};

// Grows by need, without keeping what was in it.
template <class T>
class Buffer {
 public:
  T* room(size_t count) {
    if (count > size_) {
      zeros_ = Zeros<T>();
      size_ = 0;  // in case there is no memory
      zeros_ = Zeros<T>(count + count / 2);
      size_ = count + count / 2;
    }
    return zeros_.get();
  }

 private:
  Zeros<T> zeros_;
  size_t size_ = 0;
};

// Blocks of memory that the arenas of one rollout leave to those of the next, since pages fresh from the system are
// slow. Each is one large page where the system has them: a rollout touches more small ones than a processor can track.
class Blocks {
 public:
  static constexpr size_t size = 1 << 21, most = 48;
  static char* take();
  static void give(char* block);
  // Gives the blocks that no arena holds back to the system.
  static void free_spares();
};

// Memory that is given back all at once.
class Arena {
 public:
  Arena() = default;
  Arena(Arena&&) = default;
  ~Arena() {
    for (char* block : blocks_) Blocks::give(block);
  }

  template <class T>
  T* take(size_t count) {
    const size_t bytes = rounded(count * sizeof(T));
    if (bytes > Blocks::size) {
      large_.emplace_back(bytes);
      kept_ += bytes;
      return reinterpret_cast<T*>(large_.back().get());
    }
    if (bytes > left_) {
      blocks_.push_back(nullptr);
      at_ = blocks_.back() = Blocks::take();
      left_ = Blocks::size;
    }
    kept_ += bytes;
    T* taken = reinterpret_cast<T*>(at_);
    last_ = at_;
    at_ += bytes, left_ -= bytes;
    return taken;
  }
  // Gives back what lies beyond `count` of the `taken` that was taken last.
  template <class T>
  void trim(T* at, size_t taken, size_t count) {
    kept_ -= rounded(taken * sizeof(T)) - rounded(count * sizeof(T));
    if (reinterpret_cast<char*>(at) != last_) return;
    char* end = last_ + rounded(count * sizeof(T));
    left_ += at_ - end;
    at_ = end;
  }
  // How many bytes are taken.
  size_t kept() const { return kept_; }

 private:
  static size_t rounded(size_t bytes) { return (bytes + 63) / 64 * 64; }

  std::vector<char*> blocks_;
  std::vector<Zeros<char>> large_;
  char *at_ = nullptr, *last_ = nullptr;
  size_t left_ = 0, kept_ = 0;
};

}  // namespace blastema

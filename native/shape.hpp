// Sizes of the network as the inner loops see them: constants for the article's, run-time values for any others.
#pragma once

#include "isa_kernel.hpp"

namespace blastema {
namespace {

struct ArticleShape {
  static constexpr int channels = 16, hidden = 128, perception = 48;
  static constexpr bool article_filters = true;
};
struct AnyShape {
  int channels, hidden, perception;
  bool article_filters;
};

// Calls body(shape) with the shape of the model.
template <class Body>
inline void with_shape(const Shape& s, const Body& body) {
  if (s.channels == ArticleShape::channels && s.hidden == ArticleShape::hidden && s.article_filters)
    body(ArticleShape{});
  else
    body(AnyShape{.channels = s.channels,
                  .hidden = s.hidden,
                  .perception = s.filters * s.channels,
                  .article_filters = s.article_filters});
}

}  // namespace
}  // namespace blastema

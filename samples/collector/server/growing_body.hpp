// SPDX-License-Identifier: Apache-2.0
// GrowingBody: a Beast body type that allocates as bytes arrive. Beast's string_body allocates what
// Content-Length announces before the first byte has arrived. I/O thread only.
#pragma once

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffer_traits.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/optional/optional.hpp>
#include <cstdint>
#include <limits>
#include <string>

namespace trace::collector::server {

struct GrowingBody {
  using value_type = std::string;

  class reader {
   public:
    template <bool is_request, class Fields>
    reader(boost::beast::http::header<is_request, Fields>&, value_type& body) : body_(body) {}

    void init(const boost::optional<std::uint64_t>& announced, boost::system::error_code& fault) {
      if (announced) announced_ = static_cast<std::size_t>(*announced);
      fault = {};
    }

    template <class Buffers>
    std::size_t put(const Buffers& buffers, boost::system::error_code& fault) {
      fault = {};
      make_room(body_.size() + boost::beast::buffer_bytes(buffers));
      std::size_t count = 0;
      for (const boost::asio::const_buffer piece : boost::beast::buffers_range_ref(buffers)) {
        body_.append(static_cast<const char*>(piece.data()), piece.size());
        count += piece.size();
      }
      return count;
    }

    static void finish(boost::system::error_code& fault) { fault = {}; }

   private:
    // Grows fourfold, up to the announced length, so that large bodies are copied few times.
    void make_room(std::size_t size) {
      constexpr std::size_t initial = 256 * 1024;
      if (size <= body_.capacity()) return;
      body_.reserve(std::max(size, std::min(std::max(4 * size, initial), announced_)));
    }

    value_type& body_;
    std::size_t announced_ = std::numeric_limits<std::size_t>::max();
  };
};

}  // namespace trace::collector::server

#include "child/repeater.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace trace::child {

class Repeater::State : public std::enable_shared_from_this<State> {
 public:
  State(Loop& loop, std::chrono::milliseconds first, std::chrono::milliseconds longest,
        std::function<void()> call)
      : timer_(loop.context()), pause_(first), longest_(longest), call_(std::move(call)) {}

  void wait() {
    timer_.expires_after(pause_);
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      const auto self = weak.lock();
      if (error || !self) return;
      self->call_();
      self->pause_ = std::min(self->pause_ * 2, self->longest_);
      self->wait();
    });
  }

 private:
  boost::asio::steady_timer timer_;
  std::chrono::milliseconds pause_;
  std::chrono::milliseconds longest_;
  std::function<void()> call_;
};

Repeater::Repeater(Loop& loop, std::chrono::milliseconds first, std::chrono::milliseconds longest,
                   std::function<void()> call)
    : state_(std::make_shared<State>(loop, first, longest, std::move(call))) {
  state_->wait();
}

Repeater::~Repeater() = default;

}  // namespace trace::child

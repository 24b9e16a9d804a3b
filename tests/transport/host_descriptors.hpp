// SPDX-License-Identifier: Apache-2.0
// HostDescriptors: a host that is as unlucky with descriptors as can be. While one lives, the
// number of each TCP socket that its thread closes becomes that of a socket of the host at once,
// before anybody else can do anything.
//
// The host's socket is one of a pair; the other one shows whether somebody wrote to it or shut it
// down.
#pragma once

namespace trace::testing {

class HostDescriptors {
 public:
  HostDescriptors();
  ~HostDescriptors();
  HostDescriptors(const HostDescriptors&) = delete;
  HostDescriptors& operator=(const HostDescriptors&) = delete;

  // How many numbers the host has taken over.
  int taken() const;
  // Nobody wrote to the host's socket, and it is still connected.
  bool untouched() const;
};

}  // namespace trace::testing

// SPDX-License-Identifier: Apache-2.0
// The SDK's main header: sessions, runs, nodes and record(). Capture of processes and containers is
// in <trace/capture.hpp>.
#pragma once

#include <trace/config.hpp>
#include <trace/event.hpp>
#include <trace/record.hpp>
#include <trace/result.hpp>
#include <trace/session.hpp>
#include <trace/summary.hpp>

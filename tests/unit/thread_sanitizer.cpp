// SPDX-License-Identifier: Apache-2.0
// Suppressions of ThreadSanitizer. It does not understand the fences by which the concurrent
// queue hands its blocks from thread to thread, and takes them for races. And it takes mmap() for a
// write: where one thread finds a journal cut off and lays memory in its place, another one writes
// to it, before or after, which is what the memory is for.
#ifdef __SANITIZE_THREAD__
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "race:moodycamel::\nrace:lay_anonymous_memory\n";
}
#endif

// What ThreadSanitizer must not report: it does not understand the fences by which the concurrent
// queue hands its blocks from thread to thread, and takes them for races.
#ifdef __SANITIZE_THREAD__
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() { return "race:moodycamel::\n"; }
#endif

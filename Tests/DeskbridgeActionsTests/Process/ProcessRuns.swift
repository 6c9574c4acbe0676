import Testing

/// The tests that start processes, one after another: some of them count descriptors and memory.
@Suite(.serialized, .timeLimit(.minutes(2)))
enum ProcessRuns {}

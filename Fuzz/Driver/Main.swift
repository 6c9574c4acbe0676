import Glibc

/// libFuzzer's entry (compiler-rt, FuzzerInterface.h): it calls back with one input after another and does not return before it is done.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ take: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// `deskbridge-fuzz` with the name of a target in FUZZ_TARGET, and what libFuzzer takes as arguments.
@main
struct Main {
    private static let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
    private static let target = FuzzTarget(rawValue: name)

    static func main() {
        guard target != nil || name == Canary.name else {
            print("set FUZZ_TARGET to one of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
            exit(64)
        }
        atexit { Main.tellProcessorTime() }
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(
            runDriver(&count, &arguments) { bytes, length in
                Main.take(Array(UnsafeBufferPointer(start: bytes, count: length)))
                return 0
            })
    }

    private static func take(_ bytes: [UInt8]) {
        if let target { target.take(bytes) } else { Canary.take(bytes) }
    }

    /// As a line of libFuzzer's final statistics: a run that had to share its processor is to be told from one that had it all.
    private static func tellProcessorTime() {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        let line = "stat::processor_time_sec:       \(time.tv_sec)\n"
        _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    }
}

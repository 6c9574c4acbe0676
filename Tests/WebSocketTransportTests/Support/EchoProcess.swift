import Foundation
import Testing

/// The `websocket-echo` executable as a child process on a port of its own choice.
struct EchoProcess {
    let port: Int
    private let process: Process

    static func run<Result>(_ body: (EchoProcess) async throws -> Result) async throws -> Result {
        let process = Process()
        // Executables lie next to the test bundle.
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("websocket-echo")
        process.arguments = ["0"]
        let pipe = Pipe()
        process.standardOutput = pipe
        let (pieces, piece) = AsyncStream<Data>.makeStream()
        pipe.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty { piece.finish() } else { piece.yield(data) }
        }
        let (exits, exit) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { exit.yield($0.terminationStatus) }
        try process.run()
        defer {
            pipe.fileHandleForReading.readabilityHandler = nil
            if process.isRunning { process.terminate() }
        }

        var output = ""
        for await data in pieces {
            output += String(decoding: data, as: UTF8.self)
            if output.contains("\n") { break }
        }
        let port = try #require(output.wholeMatch(of: /listening on (\d+)\n/).flatMap { Int($0.1) })
        let result = try await body(EchoProcess(port: port, process: process))
        process.terminate()
        #expect(await exits.first { _ in true } == 0)
        return result
    }

    /// How many descriptors it has open.
    func descriptorCount() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.processIdentifier)/fd").count
    }
}

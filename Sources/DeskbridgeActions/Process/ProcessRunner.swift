import Dispatch
import Glibc
import Subprocess
import SystemPackage

/// Starts the process of a plan and stays with it to its end.
struct ProcessRunner: Sendable {
    let plan: ProcessPlan
    let output: OutputCapture
    let error: OutputCapture
    /// Yields when the process is to be ended.
    let cancellations: AsyncStream<Void>

    /// - Throws: ``SpawnError`` if the process could not be started.
    func run() async throws(SpawnError) -> ProcessEnding {
        let streams: StandardStreams
        do { streams = try StandardStreams(input: plan.input?.value) } catch { throw SpawnError(error, plan) }
        do {
            let result = try await Subprocess.run(
                configuration,
                input: .fileDescriptor(streams.input, closeAfterSpawningProcess: true),
                output: .fileDescriptor(streams.output, closeAfterSpawningProcess: true),
                error: .fileDescriptor(streams.error, closeAfterSpawningProcess: true)
            ) { execution in await supervise(execution.processIdentifier, streams) }
            return ending(result.closureResult, result.terminationStatus)
        } catch {
            // Nothing that follows the start throws, so our ends have had no reader to close them.
            close(streams.outputReader)
            close(streams.errorReader)
            throw SpawnError(error, plan)
        }
    }

    private var configuration: Configuration {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [.send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: plan.grace)]
        return Configuration(
            executable: .path(FilePath(plan.executable)),
            arguments: Arguments(plan.arguments.map(\.value)),
            // With their final NUL, as swift-subprocess copies them up to it.
            environment: .custom(plan.environment.map { Array("\($0.name)=\($0.text.value)\0".utf8) }),
            workingDirectory: FilePath(plan.directory.value),
            platformOptions: options)
    }

    private struct Supervision: Sendable {
        let cause: ProcessEnding.Cause
        let survivors: Int
        let outputWasHeldOpen: Bool
    }

    /// Lasts until the process has ended, or has been ended with all of its session, and its output has been taken.
    ///
    /// The process is not reaped before this returns, so that its number stays its own.
    private func supervise(_ process: ProcessIdentifier, _ streams: StandardStreams) async -> Supervision {
        let queue = DispatchQueue(label: "deskbridge.process-output")
        let readers = [
            PipeReader(streams.outputReader, on: queue, take: output.take),
            PipeReader(streams.errorReader, on: queue, take: error.take),
        ]
        let cause = await waitForCause(process)
        var survivors = 0
        if cause != .exited { survivors = await ProcessSession(leader: process.value).end(grace: plan.grace) }
        return Supervision(cause: cause, survivors: survivors, outputWasHeldOpen: await drain(readers))
    }

    private func waitForCause(_ process: ProcessIdentifier) async -> ProcessEnding.Cause {
        await withTaskGroup(of: ProcessEnding.Cause?.self) { group in
            group.addTask {
                await ProcessExit.wait(process.processDescriptor)
                return Task.isCancelled ? nil : .exited
            }
            group.addTask {
                do { try await Task.sleep(for: plan.timeout) } catch { return nil }
                return .timedOut
            }
            group.addTask {
                for await _ in cancellations { return .cancelled }
                return nil
            }
            var first: ProcessEnding.Cause?
            for await cause in group where first == nil {
                first = cause
                if cause != nil { group.cancelAll() }
            }
            return first ?? .exited
        }
    }

    /// Waits for the end of the output, but not for long: a process that left the session may hold it open for ever.
    ///
    /// - Returns: whether it had to be cut off.
    private func drain(_ readers: [PipeReader]) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do { try await Task.sleep(for: ProcessLimits.outputAfterExit) } catch { return false }
                for reader in readers { reader.stop() }
                return true
            }
            for reader in readers { await reader.waitForEnd() }
            group.cancelAll()
            return await group.next() ?? false
        }
    }

    private func ending(_ supervision: Supervision, _ status: TerminationStatus) -> ProcessEnding {
        ProcessEnding(
            cause: supervision.cause,
            status: ProcessEnding.Status(status),
            output: output.finish(), error: error.finish(), outputWasHeldOpen: supervision.outputWasHeldOpen,
            survivors: supervision.survivors)
    }
}

extension ProcessEnding.Status {
    fileprivate init(_ status: TerminationStatus) {
        switch status {
        case .exited(let code): self = .code(Int(code))
        case .signaled(let signal): self = .signal(signal)
        }
    }
}

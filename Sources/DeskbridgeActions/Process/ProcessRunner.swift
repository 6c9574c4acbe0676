import DeskbridgeCore
import Dispatch
import Glibc
import SystemPackage

/// Starts the process of a plan and stays with it to its end.
struct ProcessRunner: Sendable {
    let plan: ProcessPlan
    let preparation: ProcessPreparation
    let output: OutputCapture
    let error: OutputCapture
    /// Yields when the process is to be ended.
    let cancellations: AsyncStream<Void>
    /// Where the process is noted, and for what.
    var roll: (roll: ProcessRoll, run: StepRun)?

    /// - Throws: ``Failure`` if the process could not be started.
    func run() async throws(Failure) -> ProcessEnding {
        let streams: StandardStreams
        do { streams = try StandardStreams(input: plan.input?.value) } catch {
            throw Failure(ProcessLaunch.Problem(errno: error, stage: .init(rawValue: 0)), plan)
        }
        let limits = await BlockingCalls.run { [plan, preparation] in
            // In a user namespace of its own nothing of the user's counts.
            let countsAlone = preparation.isolatesNetwork(plan) || plan.limits.processes == nil
            return plan.limits.bounds(running: countsAlone ? 0 : ResourceLimits.running())
        }
        let note = roll.flatMap { $0.roll.note(for: $0.run) }
        let launch = ProcessLaunch(
            executable: preparation.executable, directory: preparation.directory, arguments: preparation.arguments,
            environment: plan.environment.map { "\($0.name)=\($0.text.value)" } + preparation.extraEnvironment
                + (note.map { [$0.mark] } ?? []),
            input: streams.input, output: streams.output, error: streams.error, passed: preparation.passed, limits: limits,
            ruleset: preparation.ruleset, isolatesNetwork: preparation.isolatesNetwork(plan),
            gainsNoPrivileges: preparation.ruleset != nil, note: note)
        let started = await SpawnThreads.shared.run { Result { () throws(ProcessLaunch.Problem) in try launch.start() } }
        // Or its output would never end.
        for descriptor in [streams.input, streams.output, streams.error] + preparation.passed { descriptor.close() }
        if started == nil { note?.strike() }
        switch started ?? .failure(ProcessLaunch.Problem(errno: .resourceTemporarilyUnavailable, stage: .init(rawValue: 0))) {
        case .success(let process):
            let supervision = await supervise(process, streams)
            return try ending(supervision, await process.reap())
        case .failure(let problem):
            // Our ends have had no reader to close them.
            close(streams.outputReader)
            close(streams.errorReader)
            throw Failure(problem, plan)
        }
    }

    private struct Supervision: Sendable {
        let cause: ProcessEnding.Cause
        let survivors: Int
        let outputWasHeldOpen: Bool
    }

    /// Lasts until the process has ended, or has been ended with all of its session, and its output has been taken.
    ///
    /// The process is not reaped before this returns, so that its number stays its own.
    private func supervise(_ process: StartedProcess, _ streams: StandardStreams) async -> Supervision {
        let queue = DispatchQueue(label: "deskbridge.process-output")
        let readers = [
            PipeReader(streams.outputReader, on: queue, take: output.take),
            PipeReader(streams.errorReader, on: queue, take: error.take),
        ]
        let cause = await waitForCause(process)
        var survivors = 0
        if cause != .exited {
            // With bubblewrap gone at once, the program would have nobody to tell of its end.
            let session = ProcessSession(leader: process.id, sparesLeader: plan.sandbox?.tier == .bubblewrap)
            survivors = await session.end(grace: plan.grace)
        }
        return Supervision(cause: cause, survivors: survivors, outputWasHeldOpen: await drain(readers))
    }

    private func waitForCause(_ process: StartedProcess) async -> ProcessEnding.Cause {
        await withTaskGroup(of: ProcessEnding.Cause?.self) { group in
            group.addTask {
                await ProcessExit.wait(process.pidfd.number)
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

    /// - Throws: ``Failure`` if bubblewrap itself failed, and so the program was never started.
    private func ending(_ supervision: Supervision, _ end: StartedProcess.Ending) throws(Failure) -> ProcessEnding {
        var status = end.status
        let output = output.finish()
        let error = error.finish()
        if let told = preparation.bubblewrapStatus, supervision.cause == .exited {
            guard BubblewrapStatus.tellsOfProgram(told) else {
                throw ProcessPreparation.unavailable(plan, error.tail.text.isEmpty ? "bubblewrap failed" : error.tail.text)
            }
            status = BubblewrapStatus.status(status)
        }
        return ProcessEnding(
            cause: supervision.cause, status: status, output: output, error: error, outputWasHeldOpen: supervision.outputWasHeldOpen,
            survivors: supervision.survivors, processorTime: end.processorTime)
    }
}

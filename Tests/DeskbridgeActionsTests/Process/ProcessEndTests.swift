import DeskbridgeCore
import Glibc
import Testing

@testable import DeskbridgeActions

extension ProcessRuns {
    /// What becomes of a process and of all that it started, when its time is over or its step is cancelled.
    struct ProcessEndTests {
        private let fixture = ProcessFixture()

        /// A tree of processes: children, grandchildren, one that ignores TERM, one in a group of its own. Each says its number.
        private static let tree = #"""
            sleep 1000 & echo pid $!
            sh -c 'sleep 1000 & echo pid $!; sleep 1000' & echo pid $!
            sh -c 'trap "" TERM; echo pid $$; while :; do sleep 1000; done' &
            perl -e '$| = 1; setpgrp(0, 0); print "pid $$\n"; sleep 1000' &
            echo pid $$
            wait
            """#
        private static let size = 6

        @Test func cancellationEndsTheWholeTree() async throws {
            let log = OutputLog()
            let plan = try fixture.shell(Self.tree, extra: "grace: 200ms")
            let task = Task { await fixture.perform(plan, log) }
            await log.waitForLines(Self.size)
            let processes = log.numbers(after: "pid")
            #expect(processes.count == Self.size)
            for process in processes { #expect(isRunning(process)) }
            task.cancel()
            #expect(await task.value == .cancelled)
            for process in processes { #expect(!isRunning(process)) }
        }

        @Test func aTimeoutEndsTheWholeTreeAndLeavesTheEffectUnknown() async throws {
            let log = OutputLog()
            let plan = try fixture.shell(Self.tree, extra: "timeout: 3s\ngrace: 200ms")
            let outcome = await fixture.perform(plan, log)
            #expect(outcome == .failed(Failure("timeout", "sh did not end within 3s and was ended", .unknownOutcome)))
            let processes = log.numbers(after: "pid")
            #expect(!processes.isEmpty)
            for process in processes { #expect(!isRunning(process)) }
        }

        @Test func withoutGraceThereIsOnlyKILL() async throws {
            let log = OutputLog()
            let plan = try fixture.shell("trap '' TERM; echo pid $$; while :; do sleep 1000; done", extra: "grace: 0s")
            let task = Task { await fixture.perform(plan, log) }
            await log.waitForText("\n")
            task.cancel()
            #expect(await task.value == .cancelled)
            for process in log.numbers(after: "pid") { #expect(!isRunning(process)) }
        }

        @Test func aProcessMayTidyUpInItsGrace() async throws {
            let log = OutputLog()
            let plan = try fixture.shell(#"trap 'echo tidy; exit 0' TERM; echo ready; while :; do sleep 0.01; done"#, extra: "grace: 1m")
            let task = Task { await fixture.perform(plan, log) }
            await log.waitForText("ready\n")
            task.cancel()
            #expect(await task.value == .cancelled)
            #expect(log.text() == "ready\ntidy\n")
        }

        /// The shell is gone at once, and the child it leaves behind still has the whole grace.
        @Test func aChildOfAShellMayTidyUpToo() async throws {
            let log = OutputLog()
            let child = """
                trap 'for i in 1 2 3 4 5 6 7 8 9; do sleep 0.02; done; echo tidy; exit 0' TERM
                echo ready; while :; do sleep 0.01; done
                """
            let plan = try fixture.shell(#"sh -c "$1" & wait"#, [child], extra: "grace: 1m")
            let task = Task { await fixture.perform(plan, log) }
            await log.waitForText("ready\n")
            task.cancel()
            #expect(await task.value == .cancelled)
            #expect(log.text() == "ready\ntidy\n")
        }

        @Test func aStepCancelledBeforeItBeganStartsNothing() async throws {
            let folder = try ProcessTestFolder()
            let file = folder.adding("made")
            let plan = try fixture.shell("touch $1", [file])
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return await fixture.perform(plan)
            }
            #expect(await task.value == .cancelled)
            #expect(access(file, F_OK) != 0)
        }

        @Test func outputOfAChildThatOutlivesItsParentIsStillTaken() async throws {
            let outcome = await fixture.perform(try fixture.shell("(sleep 0.2; echo late) & echo early"))
            #expect(outcome.result == ["exitCode": 0, "stdout": "early\nlate", "stderr": ""])
        }

        @Test func aProcessThatLeftTheSessionHoldsUpNothing() async throws {
            let log = OutputLog()
            let plan = try fixture.shell("setsid sleep 1000 & echo pid $!")
            let outcome = await fixture.perform(plan, log)
            let process = try #require(log.numbers(after: "pid").first)
            defer { kill(process, SIGKILL) }
            #expect(outcome.result?["outputHeldOpen"] == true)
            #expect(outcome.result?["exitCode"] == 0)
        }

        @Test func aProcessThatLeftTheSessionAndWritesForEverHoldsUpNothing() async throws {
            let plan = try fixture.shell("setsid yes & echo pid $! >&2; exit 4")
            let outcome = await fixture.perform(plan) { _, _ in }
            #expect(outcome.failure?.message.hasPrefix("sh exited with 4: pid ") == true)
            #expect(outcome.failure?.message.hasSuffix("(a process it left behind still holds its output open)") == true)
        }

        @Test func aProcessThatClosesItsOutputIsStillWaitedFor() async throws {
            let outcome = await fixture.perform(try fixture.shell("echo before; exec >&- 2>&-; sleep 0.2; exit 9"))
            #expect(outcome.failure?.message == "sh exited with 9")
        }

        @Test func whatAProcessLeavesRunningOnPurposeIsLeftAlone() async throws {
            let log = OutputLog()
            let outcome = await fixture.perform(try fixture.shell("sleep 1000 > /dev/null 2>&1 & echo pid $!"), log)
            let process = try #require(log.numbers(after: "pid").first)
            defer { kill(process, SIGKILL) }
            #expect(outcome.result?["outputHeldOpen"] == nil)
            #expect(isRunning(process))
        }
    }
}

import DeskbridgeActions
import DeskbridgeCore
import DeskbridgeStore

/// Runs the steps of an action in order, beginning with the first that has no stored result.
///
/// A result is stored before the next step begins, so that no crash can make a finished step run again; the last
/// one rides along with the outcome.
struct StepSequence {
    let event: EventRecord
    let action: Action
    let store: EventStore
    let clock: WallClock
    let output: LiveOutput
    private var plans: [JSONValue] = []

    init(event: EventRecord, action: Action, store: EventStore, clock: WallClock, output: LiveOutput) {
        self.event = event
        self.action = action
        self.store = store
        self.clock = clock
        self.output = output
    }

    mutating func run(_ planner: inout ActionPlanner) async -> StepProgress {
        var finished: [String: JSONValue] = [:]
        if event.attempt > 1 {
            do throws(StoreError) {
                for record in try await store.stepResults(event.id) { finished[record.step] = record.result }
            } catch { return progress(.failed(storeFailure(error))) }
        }
        var unstored: StepRecord?
        for step in action.steps {
            if let result = finished[step.id] {
                planner.setResult(result, of: step)
                continue
            }
            if let record = unstored {
                do throws(StoreError) {
                    try await store.storeStepResult(
                        event: event.id, step: record.step, attempt: record.attempt, result: record.result, at: record.at)
                    unstored = nil
                } catch { return progress(.failed(storeFailure(error)), at: nil, record) }
            }
            if Task.isCancelled { return progress(.stopped, at: nil) }
            switch await perform(step, planner) {
            case .succeeded(let result):
                planner.setResult(result, of: step)
                unstored = record(step, result)
            case .failed(let failure) where step.isOptional:
                unstored = record(step, ["error": failure.json])
            case .failed(let failure): return progress(.failed(failure), at: step, unstored)
            case .cancelled: return progress(.stopped, at: step, unstored)
            case .waiting(let reason): return progress(.waiting(reason), at: step, unstored)
            }
        }
        do throws(PlanError) {
            return progress(
                .succeeded(payload: try planner.confirmationPayload(), confirm: action.confirm), at: nil, unstored)
        } catch {
            return progress(.failed(Self.failure(error, in: "result")), at: nil, unstored)
        }
    }

    private mutating func perform(_ step: ActionStep, _ planner: ActionPlanner) async -> StepOutcome {
        do throws(PlanError) {
            let planned = try planner.plan(step)
            plans.append(["id": .string(step.id), "kind": .string(step.kind), "plan": planned.shown])
            let output = output
            return await planned.perform(
                StepRun(event: event.id, attempt: event.attempt, step: step.id, isSafeToRepeat: step.isSafeToRepeat) { stream, bytes in
                    output.take(stream, bytes, of: step.id)
                })
        } catch {
            return .failed(Self.failure(error, in: step.id))
        }
    }

    private func record(_ step: ActionStep, _ result: JSONValue) -> StepRecord {
        StepRecord(step: step.id, result: result, attempt: event.attempt, at: clock.now())
    }

    private func progress(_ end: StepProgress.End, at step: ActionStep? = nil, _ unstored: StepRecord? = nil) -> StepProgress {
        StepProgress(
            action: action, end: end, step: step?.id, isSafeToRepeat: step?.isSafeToRepeat ?? true,
            unstored: unstored.map { [$0] } ?? [], shownPlan: plans.isEmpty ? nil : .array(plans))
    }

    private static func failure(_ error: PlanError, in place: String) -> Failure {
        switch error {
        case .refused(let refusal): Failure(refusal.code.rawValue, "\(place): \(refusal.message)", .permanent)
        case .knownAfter(let step): Failure("missing_value", "\(place) needs the result of the step \"\(step)\"", .permanent)
        }
    }

    private func storeFailure(_ error: StoreError) -> Failure {
        Failure("ledger_unavailable", "The ledger could not be used: \(error)", .retryable)
    }
}

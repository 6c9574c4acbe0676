package import DeskbridgeActions
package import DeskbridgeCore
internal import Synchronization

/// A kind of step for tests, written `probe: "{name}"`: it tells the test when it is performed, and ends as the test says.
package struct ProbeHandler: StepHandler {
    package static let key = "probe"
    package static let schema = ValueSchema.template.described("Tells the test when it is performed.")

    package struct Step: PlannableStep {
        let label: Template
        let location: SourceLocation

        package let isAlwaysSafeToRepeat = false
        package let resultType = FieldType.any

        /// A step whose label begins with `forbidden` needs a grant for `/forbidden`.
        package func violations(of grants: Grants) -> [DefinitionError] {
            guard label.source.hasPrefix("forbidden"), !grants.executables.contains(where: { "\($0)" == "/forbidden" }) else { return [] }
            return [DefinitionError(location, "the grants do not allow /forbidden")]
        }

        package func plan(_ fields: FieldValues, grants: Grants) throws(PlanError) -> Plan {
            let text = try label.render(fields)
            if text.value.hasPrefix("refuse") { throw .refused(.invalidArgument, "it is called \(text.shown)") }
            return Plan(label: text.value, shownLabel: text.shown)
        }
    }

    package struct Plan: StepPlan {
        package let label: String
        let shownLabel: String

        package var summary: String { "probe \(shownLabel)" }
        package var particulars: [String] { [] }
        package var shown: JSONValue { ["label": .string(shownLabel)] }
    }

    /// One step that is being performed.
    package struct Call: Sendable {
        package let label: String
        package let run: StepRun
        fileprivate let outcome: Pending<StepOutcome>

        /// Ends it. Only the first end counts.
        package func end(_ outcome: StepOutcome) { self.outcome.settle(outcome) }

        package func succeed(_ result: JSONValue = [:]) { end(.succeeded(result: result)) }

        package func fail(_ kind: Failure.Kind = .retryable, _ code: String = "probe_failed") {
            end(.failed(Failure(code, "The probe failed", kind)))
        }

        package func write(_ text: String, to stream: StepRun.OutputStream = .stdout) { run.output(stream, Array(text.utf8)) }
    }

    /// The calls, in the order in which they began.
    package let calls = Mailbox<Call>()
    /// Labels of steps that were told to stop.
    package let cancellations = Mailbox<String>()
    private let behaviour: @Sendable (Call) -> StepOutcome?
    private let stopsWhenCancelled: Bool

    /// - Parameters:
    ///   - stopsWhenCancelled: whether a step whose task is cancelled ends at once, as cancelled.
    ///   - behaviour: how a call ends at once; nil for one that waits for the test.
    package init(
        stopsWhenCancelled: Bool = true, _ behaviour: @escaping @Sendable (Call) -> StepOutcome? = { _ in nil }
    ) {
        self.stopsWhenCancelled = stopsWhenCancelled
        self.behaviour = behaviour
    }

    package func parse(_ node: YAMLNode, in scope: TemplateScope) throws(DefinitionError) -> Step {
        Step(label: try Template(parsing: node, "probe", in: scope), location: node.location)
    }

    package func perform(_ plan: Plan, in run: StepRun) async -> StepOutcome {
        let call = Call(label: plan.label, run: run, outcome: Pending())
        calls.put(call)
        if let outcome = behaviour(call) { return outcome }
        return await withTaskCancellationHandler {
            await call.outcome.value
        } onCancel: {
            cancellations.put(plan.label)
            if stopsWhenCancelled { call.end(.cancelled) }
        }
    }

    /// The next call that nobody took yet.
    package func next() async throws -> Call {
        guard let call = await calls.first() else { throw NeverCame("a call of the probe", instead: calls.all.map(\.label)) }
        return call
    }

    /// The next call with this label.
    package func next(_ label: String) async throws -> Call {
        guard let call = await calls.first(where: { $0.label == label }) else {
            throw NeverCame("the probe \(label)", instead: calls.all.map(\.label))
        }
        return call
    }

    package var labels: [String] { calls.all.map(\.label) }
}

/// A value that one waits for and another gives, once.
private final class Pending<Value: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Value, Never>)
        case settled(Value)
    }

    private let state = Mutex(State.open)

    func settle(_ value: Value) {
        let waiter = state.withLock { state -> CheckedContinuation<Value, Never>? in
            switch state {
            case .open:
                state = .settled(value)
                return nil
            case .awaited(let continuation):
                state = .settled(value)
                return continuation
            case .settled: return nil
            }
        }
        waiter?.resume(returning: value)
    }

    var value: Value {
        get async {
            await withCheckedContinuation { continuation in
                let settled = state.withLock { state -> Value? in
                    if case .settled(let value) = state { return value }
                    state = .awaited(continuation)
                    return nil
                }
                if let settled { continuation.resume(returning: settled) }
            }
        }
    }
}

package import DeskbridgeCore

/// Starts processes: an argv and an environment, and never a shell.
package struct ProcessHandler: StepHandler {
    package static let key = "process"
    package static let schema = ProcessStep.schema.value.described("Runs a program, without a shell, and waits until it ends.")

    private let environment: [String: String]
    private let home: String
    private let hidden: [String]
    private let support: @Sendable () -> SandboxSupport
    private let leftovers: FolderLeftovers
    private let roll: ProcessRoll?

    /// - Parameters:
    ///   - environment: the bridge's own, of which actions may pass on parts.
    ///   - home: the absolute path of the person's folder.
    ///   - roll: where it is noted which processes run.
    ///   - hidden: folders that no sandbox shows, whatever an action or a policy lets a process read or write.
    ///   - support: which sandboxes there are; asked for only when an action wants one.
    package init(
        environment: [String: String], home: String, roll: ProcessRoll? = nil, hidden: [String] = [],
        support: @escaping @Sendable () -> SandboxSupport = { .ofThisMachine }, leftovers: @escaping FolderLeftovers = { _ in }
    ) {
        self.hidden = hidden
        self.leftovers = leftovers
        self.support = support
        self.roll = roll
        self.environment = environment
        self.home = home
    }

    package func parse(_ node: YAMLNode, in scope: TemplateScope) throws(DefinitionError) -> ProcessStep {
        try ProcessStep(parsing: node, in: scope, environment: environment, home: home, support: support)
    }

    package func perform(_ plan: ProcessPlan, in run: StepRun) async -> StepOutcome {
        if Task.isCancelled { return .cancelled }
        let preparation: ProcessPreparation
        switch await BlockingCalls.run({ [hidden] in Result { () throws(Failure) in try ProcessPreparation(plan, hiding: hidden) } }) {
        case .success(let value): preparation = value
        case .failure(let failure): return .failed(failure)
        }
        let (cancellations, cancellation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let runner = ProcessRunner(
            plan: plan, preparation: preparation,
            output: OutputCapture(tail: plan.tail, keepsWhole: plan.parsesJSON, secrets: plan.secrets) { run.output(.stdout, $0) },
            error: OutputCapture(tail: plan.tail, keepsWhole: false, secrets: plan.secrets) { run.output(.stderr, $0) },
            cancellations: cancellations, roll: roll.map { ($0, run) })
        let outcome = await withTaskCancellationHandler {
            // A task of its own, because ending a process takes waiting, and waits end at once in a cancelled task. It is
            // awaited here, and ends the process when this one is cancelled.
            await Task {
                do throws(Failure) {
                    return try await runner.run().outcome(of: plan)
                } catch {
                    return StepOutcome.failed(error)
                }
            }.value
        } onCancel: {
            cancellation.yield()
        }
        if let temporary = preparation.temporary {
            await BlockingCalls.run { [leftovers] in
                temporary.remove(leftovers: leftovers)
                PrivateFolder.sweep(leftovers: leftovers)
            }
        }
        return outcome
    }
}

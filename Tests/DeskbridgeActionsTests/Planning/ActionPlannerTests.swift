import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeActions

@Suite struct ActionPlannerTests {
    private static let moment = Timestamp(milliseconds: 1_795_251_600_000)

    private func planner(_ yaml: String, _ payload: JSONValue = ["name": "a"], home: String = "/nowhere") throws -> ActionPlanner {
        let handlers = HandlerTable([FolderHandler(home: home), ProbeHandler()])
        let file = DefinitionFile(name: "a.yaml", bytes: Array(("action: a\non: A\nconfirm: A_DONE\n" + yaml).utf8))
        let action = try ActionFile.parse(file.node(), handlers: handlers)
        return ActionPlanner(
            action: action, grants: try Grants(folders: [AbsolutePath(home)]), parameters: try action.parameters.validate(payload),
            payload: payload,
            event: EventFields(
                id: EventID(at: Self.moment), type: action.type, client: .local, key: try #require(IdempotencyKey("k-1")),
                acceptedAt: Self.moment))
    }

    private func shown(_ forecast: ActionPlan.Forecast) -> String {
        switch forecast {
        case .planned(let step): step.summary
        case .deferred(let step): "after \(step)"
        case .refused(let refusal): "refused \(refusal.code.rawValue)"
        }
    }

    private static let name = "parameters: {name: {type: string}}\n"

    @Test func stepsThatNeedResultsAreDeferred() throws {
        let plan = try planner(
            Self.name
                + """
                steps:
                  - {id: one, probe: "{name}"}
                  - {id: two, probe: "{steps.one.x} {name}"}
                  - {id: three, probe: "{name} again"}
                  - {id: four, probe: "{steps.two.y}"}
                """
        ).preview()
        #expect(plan.steps.map { shown($0.forecast) } == ["probe a", "after one", "probe a again", "after two"])
        #expect(plan.refusal == nil)
        #expect(plan.shown["steps"]?.arrayValue?[1]["knownAfter"] == "one")
        #expect(plan.shown["steps"]?.arrayValue?[0]["summary"] == "probe a")
        #expect(plan.shown["confirm"] == "A_DONE")
    }

    @Test func aRefusalOfWhatIsNeededRefusesTheEvent() throws {
        let plan = try planner(Self.name + "steps: [{id: one, probe: x}, {id: two, probe: \"{name}\"}]", ["name": "refuse"])
            .preview()
        #expect(plan.refusal?.step == "two")
        #expect(plan.refusal?.refusal.code == .invalidArgument)
        #expect(plan.shown["steps"]?.arrayValue?[1]["refused"]?["code"] == "invalid_argument")
    }

    @Test func aRefusalOfWhatIsOptionalDoesNot() throws {
        let plan = try planner(Self.name + "steps: [{id: one, probe: \"{name}\", optional: true}]", ["name": "refuse"])
            .preview()
        #expect(plan.refusal == nil)
        #expect(plan.steps.map { shown($0.forecast) } == ["refused invalid_argument"])
    }

    @Test func aLookAtTheDiskForeseesResults() async throws {
        let home = try TestHome()
        let yaml = Self.name + "steps: [{id: one, folder: {root: ~/Projects, name: \"{name}\"}}, {id: two, probe: \"{steps.one.path}\"}]"
        let planner = try planner(yaml, home: home.user)
        #expect(planner.preview().steps.map { shown($0.forecast) }.last == "after one")
        #expect(await planner.foreseeing().steps.map { shown($0.forecast) }.last == "probe \(home.user)/Projects/a")
        #expect(home.tree("user/Projects").isEmpty, "a preview makes nothing")
    }

    @Test func resultsReachLaterStepsAndTheConfirmation() throws {
        var planner = try planner(
            Self.name
                + "steps: [{id: one, probe: x}, {id: two, probe: \"{steps.one.list.1}\"}]\nresult: {n: \"{steps.one.n}\", t: \"n={steps.one.n}\"}"
        )
        planner.setResult(["n": 7, "list": ["a", "b"]], of: planner.action.steps[0])
        #expect(try planner.plan(planner.action.steps[1]).summary == "probe b")
        planner.setResult([:], of: planner.action.steps[1])
        #expect(try planner.confirmationPayload() == ["n": 7, "t": "n=7"])
    }

    @Test func aResultThatIsNotThereRefusesTheConfirmation() throws {
        var planner = try planner(Self.name + "steps: [{id: one, probe: x}]\nresult: {n: \"{steps.one.n}\"}")
        planner.setResult([:], of: planner.action.steps[0])
        #expect(throws: PlanError.self) { try planner.confirmationPayload() }
    }

    @Test func withoutAResultTheConfirmationHoldsTheParametersWithoutSecrets() throws {
        let planner = try planner(
            """
            parameters:
              name: {type: string}
              count: {type: integer, default: 3}
              password: {type: string, secret: true}
              account: {type: object, properties: {user: {type: string}, pin: {type: string, secret: true}}}
            steps: [{id: one, probe: x}]
            """,
            ["name": "a", "password": "hunter2", "account": ["user": "john", "pin": "1234"]])
        let payload = try planner.confirmationPayload()
        #expect(payload["name"] == "a")
        #expect(payload["count"] == 3)
        #expect(!payload.text.contains("hunter2"))
        #expect(!payload.text.contains("1234"))
    }

    @Test func secretsAreHiddenInWhatIsShown() async throws {
        let planner = try planner(
            "parameters: {name: {type: string}, password: {type: string, secret: true}}\nsteps: [{id: one, probe: \"{name} {password}\"}]",
            ["name": "a", "password": "hunter2"])
        let plan = await planner.foreseeing()
        #expect(!plan.shown.text.contains("hunter2"))
        #expect(plan.steps.map { shown($0.forecast) } == ["probe a <secret>"])
    }

    @Test(
        arguments: [
            (yaml: "", key: nil), ("\nconcurrency: {limit: 1}", ""), ("\nconcurrency: {limit: 1, key: \"{name}\"}", "a"),
            ("\nconcurrency: {limit: 1, key: \"{event.client}/{name|upper}\"}", "local/A"),
        ] as [(yaml: String, key: String?)])
    func theConcurrencyKeyIsRendered(yaml: String, key: String?) throws {
        #expect(try planner(Self.name + "steps: [{id: one, probe: x}]" + yaml).concurrencyKey() == key)
    }

    @Test func templatesKnowTheEvent() throws {
        let planner = try planner(
            Self.name + "steps: [{id: one, probe: \"{event.type} {event.client} {event.idempotencyKey} {event.id}\"}]")
        let summary = try planner.plan(planner.action.steps[0]).summary
        #expect(summary.hasPrefix("probe A local k-1 "))
        #expect(EventID(summary.split(separator: " ").last ?? "") != nil)
    }
}

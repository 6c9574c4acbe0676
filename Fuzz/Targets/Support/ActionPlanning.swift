import DeskbridgeActions
import DeskbridgeCore

/// The plan of one event under an action, and what must hold of it.
struct ActionPlanning {
    private let node: YAMLNode
    private let planner: ActionPlanner
    private let plan: ActionPlan

    init(_ action: Action, _ node: YAMLNode, _ parameters: JSONObject, _ payload: JSONValue) {
        self.node = node
        guard let id = EventID("0190b0a4-5e1f-7c3a-9d2e-3f4a5b6c7d8e"), let key = IdempotencyKey("k") else {
            fatalError("the bench has no event")
        }
        let event = EventFields(
            id: id, type: action.type, client: .local, key: key, acceptedAt: Timestamp(milliseconds: 1_763_715_845_067))
        planner = ActionPlanner(action: action, grants: Self.grants(node), parameters: parameters, payload: payload, event: event)
        plan = planner.preview()
    }

    func check() {
        let shown = plan.shown
        promise((try? JSONParser.parse(shown.bytes, deepest: 256))?.bytes == shown.bytes, "no JSON: \(shown.text)")
        promise(plan.steps.count == planner.action.steps.count, "not as many steps as declared")
        for (step, declared) in zip(plan.steps, node["steps"]?.elements ?? []) { check(step, declared) }
        _ = try? planner.concurrencyKey()
        _ = try? planner.confirmationPayload()
    }

    private func check(_ step: ActionPlan.Step, _ declared: YAMLNode) {
        switch step.forecast {
        case .refused(let refusal): promise(!refusal.message.isEmpty, "refused without a reason")
        case .deferred(let earlier): promise(planner.action.steps.contains { $0.id == earlier }, "waits for nothing: \(earlier)")
        case .planned(let planned):
            promise(!planned.summary.isEmpty && !planned.summary.contains("\n\n\n\n"), "no line: \(planned.summary)")
            switch step.step.kind {
            case "process":
                promise(
                    planned.shown["argv"]?.arrayValue?.count == declared["process"]?["argv"]?.elements.count,
                    "another number of arguments: \(planned.shown.text)")
            case "folder": checkFolder(planned.shown)
            default:
                promise(
                    planned.shown["arguments"]?.arrayValue?.count ?? 0 == declared["dbus"]?["arguments"]?.elements.count ?? 0,
                    "another number of arguments: \(planned.shown.text)")
            }
        }
    }

    private func checkFolder(_ shown: JSONValue) {
        let root = shown["root"]?.stringValue ?? ""
        promise(shown["path"]?.stringValue?.hasPrefix(root == "/" ? "/" : root + "/") == true, "not beneath its root: \(shown.text)")
        for entry in shown["tree"]?.arrayValue ?? [] {
            let path = (entry["file"] ?? entry["folder"])?.stringValue ?? ""
            let names = path.split(separator: "/", omittingEmptySubsequences: false)
            promise(!names.contains { ["", ".", ".."].contains($0) }, "no path: \(path)")
        }
    }

    /// What is shown does not depend on what is secret.
    func checkSecrecy(against other: ActionPlanning) {
        for (one, other) in zip(plan.steps, other.plan.steps) {
            switch (one.forecast, other.forecast) {
            case (.planned(let planned), .planned(let different)):
                promise(planned.shown.bytes == different.shown.bytes, "shows a secret: \(planned.shown.text), \(different.shown.text)")
                promise(planned.summary == different.summary, "shows a secret: \(planned.summary), \(different.summary)")
            case (.refused(let refusal), .refused(let different)) where refusal.code == different.code:
                promise(refusal.message == different.message, "tells a secret: \(refusal.message), \(different.message)")
            default: break
            }
        }
        let confirmations = [planner, other.planner].map { try? $0.confirmationPayload().bytes }
        promise(confirmations[0] == confirmations[1] || confirmations.contains(nil), "a confirmation tells a secret")
    }

    /// Whatever the file asks for.
    private static func grants(_ node: YAMLNode) -> Grants {
        var executables: [AbsolutePath] = []
        var buses: [BusGrant] = []
        for step in node["steps"]?.elements ?? [] {
            if let text = step["process"]?["argv"]?.elements.first?.text, let path = try? AbsolutePath(text) { executables.append(path) }
            guard let call = step["dbus"], let name = call["destination"]?.text else { continue }
            if let grant = try? BusGrant("\(call["bus"]?.text ?? "session") \(name)") { buses.append(grant) }
        }
        return Grants(executables: executables, folders: [try? AbsolutePath("/")].compactMap(\.self), dbus: buses)
    }
}

extension YAMLNode {
    fileprivate subscript(name: String) -> YAMLNode? {
        if case .mapping(let members) = content { members.first { $0.name == name }?.value } else { nil }
    }

    fileprivate var elements: [YAMLNode] { if case .sequence(let elements) = content { elements } else { [] } }

    fileprivate var text: String? { if case .scalar(_, let text) = content { text } else { nil } }
}

import DBus
import DeskbridgeCore

/// What a notification server can do (Desktop Notifications Specification 1.2, `GetCapabilities`).
struct ServerTraits: Sendable, Hashable {
    let hasButtons: Bool
    let readsMarkup: Bool

    init(capabilities: [String]) {
        hasButtons = capabilities.contains("actions")
        readsMarkup = capabilities.contains("body-markup")
    }
}

/// One notification, ready to be sent.
struct Notification: Sendable {
    static let allow = "allow"
    static let deny = "deny"
    /// This event alone, where the other two are remembered.
    static let allowOnce = "allow-once"

    let title: String
    let body: String
    /// The actions of the buttons and what stands on them, in their order.
    let buttons: [(action: String, label: String)]
    /// How long it is shown; nil for as long as the server wants.
    let timeout: Duration?

    /// - Parameter terms: what the answer will be remembered for.
    init(_ text: ApprovalText, for traits: ServerTraits, isQuestion: Bool, remembering terms: AnswerTerms? = nil, timeout: Duration?) {
        title = text.title
        body = traits.readsMarkup ? Self.escaped(text.body) : text.body
        buttons = traits.hasButtons && isQuestion ? Self.buttons(terms, offersAllow: text.offersAllow) : []
        self.timeout = timeout
    }

    private static func buttons(_ terms: AnswerTerms?, offersAllow: Bool) -> [(action: String, label: String)] {
        let time = terms?.lifetime.map { ApprovalText.text($0) }
        let answers =
            terms == nil
            ? [(allow, "Allow"), (deny, "Deny")]
            : [
                (allowOnce, "Allow this time"), (allow, time.map { "Allow for \($0)" } ?? "Always allow"),
                (deny, time.map { "Deny for \($0)" } ?? "Never allow"),
            ]
        return offersAllow ? answers : answers.filter { $0.0 == deny }
    }

    /// The arguments of `Notify`. There is no action `default`: a click on the text must not be an answer.
    /// - Parameter replaced: the notification whose place it takes; 0 for none.
    func arguments(replacing replaced: UInt32) -> [BusValue] {
        let actions = buttons.flatMap { [$0.action, $0.label] }
        let milliseconds = timeout.map { Int32(clamping: $0.components.seconds * 1000 + $0.components.attoseconds / 1_000_000_000_000_000) }
        return [
            .string("Deskbridge"), .uint32(replaced), .string("dialog-question"), .string(title), .string(body),
            .array(of: .string, actions.map(BusValue.string)),
            .array(
                of: .entry(key: .string, value: .variant),
                // Critical, so that "do not disturb" does not keep a question from the person that others wait for.
                [.entry(key: .string("urgency"), value: .variant(.byte(2)))]),
            .int32(milliseconds.map { max(1, $0) } ?? -1),
        ]
    }

    /// Text as the markup of notifications has it: nothing in it is a tag or an entity (specification, "Markup").
    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}

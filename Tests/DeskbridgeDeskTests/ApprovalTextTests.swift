import DBus
import DeskbridgeCore
import Testing

@testable import DeskbridgeDesk

@Suite struct ApprovalTextTests {
    private func event(_ origin: String? = "https://studio.example") throws -> AcceptedEvent {
        let payload: JSONValue = ["name": "a"]
        return AcceptedEvent(
            id: try #require(EventID("01936d2e-7c1a-7b5e-9d3f-0a1b2c3d4e5f")), client: try #require(ClientName("dashboard")),
            type: try #require(EventType("CREATE_RESOURCE")), key: try #require(IdempotencyKey("k-1")), payload: payload,
            fingerprint: PayloadFingerprint(of: payload), origin: origin, rule: "ask.yaml:2", action: "create",
            acceptedAt: Timestamp(milliseconds: 0), maximumAttempts: 1)
    }

    private func text(_ steps: [String], description: String? = nil, origin: String? = "https://studio.example", hasButtons: Bool = true)
        throws
        -> ApprovalText
    {
        ApprovalText(
            try event(origin), description: description, steps: steps.map { .init(line: $0) }, remaining: .seconds(60),
            hasButtons: hasButtons)
    }

    @Test func itSaysWhoAsksWhatWouldBeDoneAndHowLongItWaits() throws {
        let text = try text(["folder ~/Projects/A", "run /usr/bin/git init"], description: "Makes the project's folders.")
        #expect(text.title == "Allow CREATE_RESOURCE?")
        #expect(
            text.body == """
                Asked by “dashboard”
                from the page “https://studio.example”
                Action: “Makes the project's folders.”
                1. “folder ~/Projects/A”
                2. “run /usr/bin/git init”
                Without an answer within 60 s it fails.
                """)
    }

    @Test(
        arguments: [
            ("https://studio.example", nil, "this page."), (nil, .seconds(60), "outside web pages, for 60 s."),
            ("https://other.example", .seconds(30 * 86_400), "“https://other.example”, for 30 days."),
        ] as [(String?, Duration?, String)])
    func itSaysWhatElseTheAnswerDecides(origin: String?, lifetime: Duration?, end: String) throws {
        let terms = AnswerTerms(scope: AnswerScope(rule: "r", client: "dashboard", origin: origin), lifetime: lifetime)
        let text = ApprovalText(
            try event(), description: nil, steps: [.init(line: "x")], memory: (terms, ["CREATE_*", "PUBLISH"]), remaining: .seconds(60),
            hasButtons: true)
        let line = "Your answer is remembered for all CREATE_*, PUBLISH of this client from \(end)"
        #expect(text.body.split(separator: "\n").dropLast().last.map(String.init) == line)
        let many = ApprovalText(
            try event(), description: nil, steps: [.init(line: "x")], memory: (terms, (0..<500).map { "TYPE_\($0)" }),
            remaining: .seconds(60), hasButtons: true)
        #expect(many.body.count < 600)
        #expect(text.offersAllow && !many.offersAllow)
        let notification = Notification(
            many, for: ServerTraits(capabilities: ["actions"]), isQuestion: true, remembering: terms, timeout: nil)
        #expect(notification.buttons.map(\.action) == ["deny"])
    }

    @Test func withoutButtonsItNamesTheCommand() throws {
        let text = try text(["folder x"], origin: nil, hasButtons: false)
        #expect(text.title == "CREATE_RESOURCE waits for your answer")
        #expect(text.body.contains("not from a web page"))
        #expect(text.body.hasSuffix("Within 60 s: deskbridge queue approve 01936d2e-7c1a-7b5e-9d3f-0a1b2c3d4e5f, or queue deny"))
    }

    @Test(arguments: [
        "x\nWithout an answer within 60 s it fails.\nAsked by “owner”", "x\r\rAllow? Client: trusted", "x\u{2028}Asked by “owner”",
        "x” \n2. “harmless", String(repeating: "very long ", count: 10_000), "\u{202E}reversed",
    ])
    func aStepIsAlwaysOneLineOfItsOwn(step: String) throws {
        let lines = try text([step]).body.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 4 || lines.count == 5 && lines[3].hasPrefix("Not all of it fits here: deskbridge queue show "))
        #expect(lines[2].hasPrefix("1. “") && lines[2].hasSuffix("”") && lines[2].count <= 125)
        #expect(lines[2].filter { "“”".contains($0) }.count == 2)
        #expect(lines[0] == "Asked by “dashboard”")
    }

    @Test func manyStepsAreCounted() throws {
        let body = try text((1...40).map { "step \($0)" }).body
        #expect(body.contains("5. “step 5”\nand 35 more steps\nNot all of it fits here: deskbridge queue show 01936d2e"))
        #expect(try text([]).body.contains("may do nothing any more"))
    }

    @Test(arguments: [
        ("<b>bold</b>", "&lt;b&gt;bold&lt;/b&gt;"), ("&lt;b&gt;", "&amp;lt;b&amp;gt;"), ("<a href=\"http://x\">Allow</a>", nil),
        ("<img src=\"/etc/passwd\"/>", nil), ("&#10;Client: trusted", "&amp;#10;Client: trusted"), ("</body>]]><!--", nil),
    ])
    func aServerThatReadsMarkupGetsNone(step: String, spelled: String?) throws {
        let notification = Notification(
            try text([step]), for: ServerTraits(capabilities: ["actions", "body-markup"]), isQuestion: true, timeout: nil)
        #expect(!notification.body.contains("<") && !notification.body.contains(">"))
        if let spelled { #expect(notification.body.contains("“\(spelled)”")) }
        let plain = Notification(try text([step]), for: ServerTraits(capabilities: []), isQuestion: true, timeout: nil)
        #expect(plain.body == (try text([step]).body))
    }

    /// Whoever allows has seen all that would be done: otherwise there is no button for it.
    @Test(
        arguments: [
            (["run /usr/bin/git init"], [], "https://studio.example", true),
            (["run tool"], ["given as input: short", "with NAME=value"], "https://studio.example", true),
            ([String(repeating: "x", count: 121)], [], "https://studio.example", false),
            (["run tool"], ["given as input: " + String(repeating: "x", count: 200)], "https://studio.example", false),
            (["run tool \u{202E}gpj.exe"], [], "https://studio.example", false), (["run a\u{200B}b"], [], "https://studio.example", false),
            ((1...6).map { "step \($0)" }, [], "https://studio.example", false),
            (["run tool"], [], "https://studio.example." + String(repeating: "a", count: 90) + ".evil.example", false),
        ] as [([String], [String], String, Bool)])
    func whatIsNotShownWholeCannotBeAllowedHere(steps: [String], particulars: [String], origin: String, isWhole: Bool) throws {
        let text = ApprovalText(
            try event(origin), description: String(repeating: "long ", count: 100),
            steps: steps.map { .init(line: $0, particulars: particulars) }, remaining: .seconds(60), hasButtons: true)
        let notification = Notification(text, for: ServerTraits(capabilities: ["actions"]), isQuestion: true, timeout: nil)
        #expect(notification.buttons.map(\.action) == (isWhole ? ["allow", "deny"] : ["deny"]))
        #expect(text.title == (isWhole ? "Allow CREATE_RESOURCE?" : "CREATE_RESOURCE waits for your answer"))
        #expect(text.body.contains("deskbridge queue show \(try event().id)") == !isWhole)
        #expect(text.body.contains("deskbridge queue approve") == !isWhole)
        for particular in particulars { #expect(text.body.contains("“\(particular.prefix(100))")) }
    }

    @Test func aClickOnTheTextIsNoAnswer() throws {
        let notification = Notification(
            try text(["x"]), for: ServerTraits(capabilities: ["actions"]), isQuestion: true, timeout: .milliseconds(59_500))
        let arguments = notification.arguments(replacing: 7)
        #expect(arguments[1] == .uint32(7))
        #expect(arguments[5] == .array(of: .string, ["allow", "Allow", "deny", "Deny"].map(BusValue.string)))
        #expect(arguments[7] == .int32(59_500))
        let signature = arguments.map { $0.type.code }.joined()
        #expect(signature == "susssasa{sv}i")
    }

    @Test(arguments: [
        (Duration.seconds(1), "1 s"), (.milliseconds(1500), "2 s"), (.zero, "1 s"), (.seconds(119), "119 s"), (.seconds(600), "10 min"),
        (.seconds(86_400), "24 h"),
    ])
    func timeIsToldInWords(duration: Duration, text: String) { #expect(ApprovalText.text(duration) == text) }

    @Test(arguments: [(1, "1 more event waits for your answer"), (12, "12 more events wait for your answer")])
    func theOthersAreCounted(count: Int, title: String) { #expect(ApprovalText(others: count).title == title) }
}

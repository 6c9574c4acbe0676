import DBus
import DeskbridgeTestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SubscriptionTests {
    let bus: PrivateBus
    let connection: BusConnection
    let peer: BusPeer

    static let interface = "org.example.Peer"

    init() throws {
        bus = try PrivateBus()
        connection = BusConnection(to: try BusAddress(bus.address))
        peer = try BusPeer(on: bus)
    }

    static func signal(_ member: String, _ arguments: BusValue..., from peer: String = BusPeer.name) throws -> BusCall {
        try .peer("Signal", [.objectPath(try ObjectPath("/a")), .string(interface), .string(member)] + arguments, of: peer)
    }

    static func match(sender: String? = nil, _ member: String? = nil, arg0: String? = nil) throws -> SignalMatch {
        try SignalMatchTests.match(sender: sender, interface: interface, member: member, arg0: arg0)
    }

    @Test func signalsComeWholeAndInOrder() async throws {
        var signals = try await connection.subscribe(to: Self.match()).makeAsyncIterator()
        let owner = try await connection.owner(of: BusPeer.name)
        for number in 0..<100 {
            _ = try await connection.call(Self.signal("Counted", .uint32(UInt32(number)), .array(of: .string, [.string("x")])))
        }
        for number in 0..<100 {
            let signal = try await signals.next()
            #expect(signal?.sender == owner)
            #expect(signal?.path.text == "/a")
            #expect(signal?.member.text == "Counted")
            #expect(signal?.arguments == [.uint32(UInt32(number)), .array(of: .string, [.string("x")])])
        }
        await connection.shutdown()
    }

    @Test func eachSubscriberGetsItsOwnSignalsOnly() async throws {
        var one = try await connection.subscribe(to: Self.match("One")).makeAsyncIterator()
        var two = try await connection.subscribe(to: Self.match("Two", arg0: "it's")).makeAsyncIterator()
        for (member, text) in [("Two", "other"), ("One", "1"), ("Two", "it's"), ("Three", "it's"), ("One", "2"), ("Two", "it's")] {
            _ = try await connection.call(Self.signal(member, .string(text)))
        }
        #expect(try await one.next()?.arguments == [.string("1")])
        #expect(try await one.next()?.arguments == [.string("2")])
        for _ in 0..<2 {
            let signal = try await two.next()
            #expect(signal?.member.text == "Two")
            #expect(signal?.arguments == [.string("it's")])
        }
        await connection.shutdown()
    }

    @Test func aWellKnownSenderLetsNobodyElseIn() async throws {
        let other = try BusPeer(on: bus, name: "org.example.Other")
        // Lets in what the other sends, so that only our own decision keeps it apart.
        var all = try await connection.subscribe(to: Self.match("Said")).makeAsyncIterator()
        var mine = try await connection.subscribe(to: Self.match(sender: "org.example.Moving", "Said")).makeAsyncIterator()
        let say = { (peer: String, text: String) in
            _ = try await connection.call(Self.signal("Said", .string(text), from: peer))
            _ = try await all.next()
        }
        let move = { (member: String, peer: String) in
            _ = try await connection.call(.peer(member, [.string("org.example.Moving")], of: peer))
        }
        try await say(BusPeer.name, "nobody has the name")
        try await move("Take", BusPeer.name)
        try await say("org.example.Other", "not the owner")
        try await say(BusPeer.name, "first owner")
        try await move("Drop", BusPeer.name)
        try await say(BusPeer.name, "no longer the owner")
        try await move("Take", "org.example.Other")
        try await say(BusPeer.name, "still not the owner")
        try await say("org.example.Other", "second owner")
        #expect(try await mine.next()?.arguments == [.string("first owner")])
        #expect(try await mine.next()?.arguments == [.string("second owner")])
        other.end()
        await connection.shutdown()
    }

    @Test func aSignalForOurEyesOnlyIsRoutedLikeAnyOther() async throws {
        var signals = try await connection.subscribe(to: Self.match("Whispered", arg0: "x")).makeAsyncIterator()
        let me = try await connection.uniqueName(seenBy: peer)
        let whisper = { (member: String, text: String) in
            try BusCall.peer(
                "SignalTo", [.string(me), .objectPath(try ObjectPath("/a")), .string(Self.interface), .string(member), .string(text)])
        }
        _ = try await connection.call(whisper("Other", "x"))
        _ = try await connection.call(whisper("Whispered", "y"))
        _ = try await connection.call(whisper("Whispered", "x"))
        #expect(try await signals.next()?.arguments == [.string("x")])
        await connection.shutdown()
    }

    @Test func equalMatchesAreOneRuleAndGoWithTheLastSubscriber() async throws {
        let before = try await connection.rules()
        var subscriptions: [BusSubscription] = []
        for _ in 0..<5 { subscriptions.append(try await connection.subscribe(to: Self.match("Equal"))) }
        #expect(try await connection.rules() == before + 1)
        subscriptions.removeLast(4)
        #expect(try await connection.rules() == before + 1)
        var last = subscriptions.removeLast().makeAsyncIterator()
        _ = try await connection.call(Self.signal("Equal"))
        #expect(try await last.next()?.member.text == "Equal")
        last = try await connection.subscribe(to: Self.match("Another")).makeAsyncIterator()
        #expect(try await connection.rules() == before + 1)
        withExtendedLifetime(last) {}
        await connection.shutdown()
    }

    @Test func aWellKnownSenderLeavesNoRuleBehind() async throws {
        let before = try await connection.rules()
        var subscription: BusSubscription? = try await connection.subscribe(to: Self.match(sender: "org.example.Moving"))
        #expect(try await connection.rules() == before + 2)
        withExtendedLifetime(subscription) {}
        subscription = nil
        #expect(try await connection.rules() == before)
        await connection.shutdown()
    }

    @Test func aLostBusEndsSubscriptionsAndNewOnesWorkAfterwards() async throws {
        var signals = try await connection.subscribe(to: Self.match()).makeAsyncIterator()
        _ = try await connection.call(Self.signal("Before"))
        bus.stop()
        #expect(try await signals.next()?.member.text == "Before")
        let error = await #expect(throws: BusError.self) { try await signals.next() }
        #expect(error?.kind == .disconnected)
        #expect(try await signals.next() == nil)

        let away = await #expect(throws: BusError.self) { try await connection.subscribe(to: Self.match()) }
        #expect(away?.kind == .notSent)

        try bus.restart()
        let second = try BusPeer(on: bus)
        signals = try await connection.subscribe(to: Self.match()).makeAsyncIterator()
        _ = try await connection.call(Self.signal("After"))
        #expect(try await signals.next()?.member.text == "After")
        second.end()
        await connection.shutdown()
    }

    @Test func shutdownEndsSubscriptionsAndRefusesNewOnes() async throws {
        var signals = try await connection.subscribe(to: Self.match()).makeAsyncIterator()
        await connection.shutdown()
        let ended = await #expect(throws: BusError.self) { try await signals.next() }
        #expect(ended?.kind == .disconnected)
        let refused = await #expect(throws: BusError.self) { try await connection.subscribe(to: Self.match()) }
        #expect(refused?.kind == .notSent)
    }

    @Test func aCancelledTaskStopsWaitingAndTheSubscriptionGoesOn() async throws {
        let subscription = try await connection.subscribe(to: Self.match())
        let waiting = Task {
            var signals = subscription.makeAsyncIterator()
            return try await signals.next()
        }
        waiting.cancel()
        let error = await #expect(throws: BusError.self) { try await waiting.value }
        #expect(error?.kind == .cancelled)
        _ = try await connection.call(Self.signal("Later"))
        var signals = subscription.makeAsyncIterator()
        #expect(try await signals.next()?.member.text == "Later")
        await connection.shutdown()
    }

    @Test func aSubscriptionOfACancelledTaskLeavesNothingBehind() async throws {
        let before = try await connection.rules()
        let connection = connection
        let subscribing = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            _ = try await connection.subscribe(to: Self.match("Cancelled"))
        }
        let error = await #expect(throws: BusError.self) { try await subscribing.value }
        #expect(error?.kind == .cancelled)
        #expect(try await connection.rules() == before)
        await connection.shutdown()
    }

    @Test func aFloodEndsTheSubscriptionWithAnErrorAndNothingElse() async throws {
        let subscription = try await connection.subscribe(to: Self.match("Flood"))
        var calm = try await connection.subscribe(to: Self.match("Calm")).makeAsyncIterator()
        let flood = { (count: UInt32) in
            try BusCall.peer("Flood", [.objectPath(try ObjectPath("/a")), .string(Self.interface), .string("Flood"), .uint32(count)])
        }
        _ = try await connection.call(flood(20_000))
        var signals = subscription.makeAsyncIterator()
        for number in 0..<BusSubscription.longestQueue { #expect(try await signals.next()?.arguments == [.uint32(UInt32(number))]) }
        let error = await #expect(throws: BusError.self) { try await signals.next() }
        #expect(error?.kind == .overrun)
        #expect(try await signals.next() == nil)
        _ = try await connection.call(Self.signal("Calm"))
        #expect(try await calm.next()?.member.text == "Calm")
        await connection.shutdown()
    }

    @Test func signalsThatTakeTooMuchMemoryEndTheSubscription() async throws {
        var signals = try await connection.subscribe(to: Self.match("Big")).makeAsyncIterator()
        // On the wire it is far below the limit, as values it is beyond it.
        _ = try await connection.call(
            Self.signal("Big", .array(of: .boolean, Array(repeating: .boolean(true), count: BusSubscription.largestQueue / 32))))
        let error = await #expect(throws: BusError.self) { try await signals.next() }
        #expect(error?.kind == .overrun)
        await connection.shutdown()
    }

    @Test func theBusMayRefuseMoreMatches() async throws {
        let bus = try PrivateBus(limits: ["max_match_rules_per_connection": 1])
        let connection = BusConnection(to: try BusAddress(bus.address))
        let first = try await connection.subscribe(to: Self.match("One"))
        let error = await #expect(throws: BusError.self) { try await connection.subscribe(to: Self.match("Two")) }
        #expect(error?.kind == .errorReply)
        #expect(error?.name == BusError.Name.limitsExceeded)
        let second = try await connection.subscribe(to: Self.match("One"))
        let tracked = await #expect(throws: BusError.self) { try await connection.subscribe(to: Self.match(sender: "org.example.Peer")) }
        #expect(tracked?.name == BusError.Name.limitsExceeded)
        withExtendedLifetime((first, second)) {}
        await connection.shutdown()
    }
}

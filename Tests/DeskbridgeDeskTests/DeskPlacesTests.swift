import DeskbridgeCore
import Testing

@testable import DeskbridgeDesk

@Suite struct DeskPlacesTests {
    private static let now = Duration.seconds(1000)

    private func event(_ number: Int, _ client: String = "studio") throws -> EventRecord {
        let payload: JSONValue = [:]
        let event = AcceptedEvent(
            id: EventID(at: Timestamp(milliseconds: 1_800_000_000_000)), client: try #require(ClientName(client)),
            type: try #require(EventType("PROBE")), key: try #require(IdempotencyKey("k-\(number)")), payload: payload,
            fingerprint: PayloadFingerprint(of: payload), rule: "ask.yaml:2", action: "probe", acceptedAt: Timestamp(milliseconds: 0),
            maximumAttempts: 1)
        return EventRecord(event: event, sequence: Int64(number), state: .waiting, waitsFor: .approval)
    }

    private func sequences(_ events: [EventRecord]) -> [Int64] { events.map(\.sequence) }

    @Test func theOldestAreShownAndNoClientTakesAllPlaces() throws {
        var places = DeskPlaces()
        for number in (1...10).reversed() { places.ask(try event(number)) }
        for number in 11...13 { places.ask(try event(number, "other")) }
        #expect(sequences(places.fill(now: Self.now).events) == [1, 2, 3, 11, 12])
        #expect(places.others == 8)
        #expect(places.fill(now: Self.now).events.isEmpty)
    }

    @Test func aFreePlaceGoesToTheNext() throws {
        var places = DeskPlaces()
        for number in 1...5 { places.ask(try event(number)) }
        let first = try #require(places.fill(now: Self.now).events.first)
        places.end(first.id)
        #expect(sequences(places.fill(now: Self.now).events) == [4])
        places.clear()
        #expect(sequences(places.fill(now: Self.now).events) == [2, 3, 4])
    }

    @Test func whatWasPutAsideIsNotShownAgain() throws {
        var places = DeskPlaces()
        let (one, two) = (try event(1), try event(2))
        places.ask(one)
        places.ask(two)
        _ = places.fill(now: Self.now)
        places.dismiss(one.id)
        places.clear()
        #expect(sequences(places.fill(now: Self.now).events) == [2])
        #expect(places.others == 0 && !places.isEmpty)
        places.takeBack(one.id)
        #expect(sequences(places.fill(now: Self.now).events) == [1])
    }

    @Test func aClientThatIsTooFastHasToWait() throws {
        var places = DeskPlaces()
        var shown = 0
        for number in 1...DeskPlaces.rate.count {
            let event = try event(number)
            places.ask(event)
            shown += places.fill(now: Self.now).events.count
            places.end(event.id)
            places.ask(try self.event(1000 + number, "other"))
        }
        #expect(shown >= DeskPlaces.rate.count)
        var quick = DeskPlaces()
        quick.ask(try event(0, "other"))
        for number in 1...DeskPlaces.rate.count {
            let event = try event(number)
            quick.ask(event)
            _ = quick.fill(now: Self.now)
            quick.end(event.id)
        }
        quick.ask(try event(50))
        let (events, retryAfter) = quick.fill(now: Self.now)
        #expect(events.isEmpty && retryAfter != nil && quick.others == 1)
        #expect(sequences(quick.fill(now: Self.now + .seconds(61)).events) == [50])
    }
}

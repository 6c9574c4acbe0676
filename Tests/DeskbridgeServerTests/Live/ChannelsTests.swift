import DeskbridgeCore
import Testing

@testable import DeskbridgeServer

@Suite struct ChannelsTests {
    private static let id = "0192d3a4-5b6c-7d8e-9f01-234567890abc"

    @Test(arguments: ["events", "status", "output:*", "output:\(id)"]) func takesChannel(text: String) throws {
        #expect(try Channels.names([text], pointer: "/channels").count == 1)
    }

    @Test(arguments: ["", "event", "Events", "output", "output:", "output:x", "output:\(id.uppercased())", "output:* ", "*"])
    func refusesChannel(text: String) {
        do throws(Problem) {
            _ = try Channels.names(["events", text], pointer: "/channels")
            Issue.record("\(text) was taken")
        } catch {
            #expect(error.code == .invalidEvent)
            #expect(error.errors.map(\.pointer) == ["/channels/1"])
        }
    }

    @Test func outputIsWantedOfOneEventOrOfAll() throws {
        let one = try #require(EventID(Self.id))
        let other = EventID(at: Timestamp(milliseconds: 1))
        var channels = Channels()
        #expect(!channels.wantsOutput(of: one))
        channels.set(.output(one), true)
        #expect(channels.wantsOutput(of: one))
        #expect(!channels.wantsOutput(of: other))
        channels.set(.allOutput, true)
        #expect(channels.wantsOutput(of: other))
        channels.set(.allOutput, false)
        #expect(channels.wantsOutput(of: one))
        channels.set(.output(one), false)
        #expect(!channels.wantsOutput(of: one))
    }

    @Test func eventsAndStatusAreSwitchedOnAndOff() {
        var channels = Channels()
        channels.set(.events, true)
        channels.set(.status, true)
        #expect(channels.events)
        #expect(channels.status)
        channels.set(.events, false)
        #expect(!channels.events)
        #expect(channels.status)
    }

    @Test func theEventsWhoseOutputIsWantedAreBounded() {
        var channels = Channels()
        let ids = (0..<1100).map { _ in EventID(at: Timestamp(milliseconds: 1)) }
        for id in ids { channels.set(.output(id), true) }
        #expect(ids.count { channels.wantsOutput(of: $0) } == 1000)
    }
}

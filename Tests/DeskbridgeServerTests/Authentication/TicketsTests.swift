import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeServer

@Suite struct TicketsTests {
    private let time = ManualTime()
    private let tickets: Tickets
    private let identity: Identity

    init() throws {
        tickets = Tickets(monotonic: time.monotonic)
        identity = try client("studio").identity
    }

    @Test func aTicketIsGoodOnce() throws {
        let ticket = try #require(tickets.issue(to: identity))
        #expect(ticket.hasPrefix("dbk_"))
        #expect(BearerToken(ticket) == nil)
        #expect(tickets.redeem(ticket) == identity)
        #expect(tickets.redeem(ticket) == nil)
    }

    @Test(arguments: [(seconds: 29, isGood: true), (30, false), (3600, false)]) func aTicketIsGoodForHalfAMinute(seconds: Int, isGood: Bool)
        throws
    {
        let ticket = try #require(tickets.issue(to: identity))
        time.pass(.seconds(seconds))
        #expect((tickets.redeem(ticket) != nil) == isGood)
    }

    @Test func aTicketThatIsGivenBackIsGoodOnceMoreForTheRestOfItsTime() throws {
        let ticket = try #require(tickets.issue(to: identity))
        tickets.giveBack(ticket)
        #expect(tickets.redeem(ticket) == identity)
        tickets.giveBack(ticket)
        tickets.giveBack(ticket)
        #expect(tickets.redeem(ticket) == identity)
        #expect(tickets.redeem(ticket) == nil)
        tickets.giveBack(ticket)
        time.pass(.seconds(30))
        #expect(tickets.redeem(ticket) == nil)
    }

    @Test(arguments: ["", "dbk_", "dbk_x"]) func whatWasNotIssuedIsNoTicket(text: String) { #expect(tickets.redeem(text) == nil) }

    @Test func tooManyAreRefusedUntilTheOldOnesAreWorthNothing() throws {
        for _ in 0..<1000 { _ = try #require(tickets.issue(to: identity)) }
        #expect(tickets.issue(to: identity) == nil)
        time.pass(.seconds(30))
        #expect(tickets.issue(to: identity) != nil)
    }
}

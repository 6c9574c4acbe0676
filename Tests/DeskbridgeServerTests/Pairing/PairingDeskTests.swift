import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeServer

@Suite(.timeLimit(.minutes(1))) struct PairingDeskTests {
    private let time = ManualTime()
    private let desk: PairingDesk
    private let request: PairingRequest

    init() throws {
        desk = PairingDesk(monotonic: time.monotonic)
        request = PairingRequest(origin: "https://studio.example", client: try client("dashboard").identity.client)
    }

    @Test func aCodeIsReadHoweverItIsTyped() {
        let code = PairingCode()
        let text = code.description
        #expect(text.wholeMatch(of: /[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}/) != nil)
        for typed in [text, text.lowercased(), text.replacing("-", with: ""), " \(text) ", text.replacing("-", with: " - ")] {
            #expect(code.matches(typed), "\(typed)")
        }
        for typed in ["", "-", String(text.dropLast()), text + "2", text + text, "ÄÖÜ\(text)", String(repeating: "-", count: 100) + text] {
            #expect(!code.matches(typed), "\(typed)")
        }
        #expect(!code.matches(PairingCode().description))
    }

    @Test func aCodeIsGoodForTwoMinutesAndTheAnswerForTwoMore() throws {
        let (id, code) = desk.open(origin: nil, client: nil)
        time.pass(.seconds(119))
        #expect(desk.isOpen(for: request.origin))
        #expect(desk.present(code.description, request) != nil)
        time.pass(.seconds(119))
        #expect(desk.decide(id, .accepted))
        let (late, another) = desk.open(origin: nil, client: nil)
        time.pass(.seconds(120))
        #expect(!desk.isOpen(for: request.origin))
        #expect(desk.present(another.description, request) == nil)
        #expect(!desk.decide(late, .accepted))
    }

    @Test func onlyOnePageAsksAndOnlyOnce() throws {
        let (id, code) = desk.open(origin: nil, client: nil)
        #expect(!desk.decide(id, .accepted), "nobody has asked yet")
        #expect(desk.present(code.description, request) != nil)
        let other = PairingRequest(origin: "https://evil.example", client: request.client)
        #expect(desk.present(code.description, other) == nil)
        #expect(desk.decide(id, .accepted))
        #expect(!desk.decide(id, .accepted))
        #expect(desk.present(code.description, request) == nil)
    }

    @Test func whatThePersonSaysReachesThePageThatAsked() async throws {
        let (id, code) = desk.open(origin: nil, client: nil)
        let (asked, verdicts) = try #require(desk.present(code.description, request))
        #expect(asked == id)
        #expect(await desk.next(in: id) == .asked(request))
        #expect(desk.decide(id, .refused))
        #expect(await verdicts.first { _ in true } == .refused)
        #expect(await desk.next(in: id) == nil)
    }

    @Test func aNewPairingEndsTheOneBefore() async throws {
        let (old, code) = desk.open(origin: nil, client: nil)
        let (_, verdicts) = try #require(desk.present(code.description, request))
        let (new, _) = desk.open(origin: nil, client: nil)
        #expect(await verdicts.first { _ in true } == .lapsed)
        #expect(!desk.decide(old, .accepted))
        #expect(old != new)
        // A page that leaves late doesn't end what isn't its own.
        desk.close(old, .withdrawn)
        #expect(desk.isOpen(for: request.origin))
    }

    @Test func aCodeIsGoodForWhatItWasMadeForAndNothingElse() throws {
        let (id, code) = desk.open(.console)
        #expect(desk.kind(of: id) == .console)
        #expect(desk.kind(of: "another") == nil)
        #expect(!desk.isOpen(for: request.origin), "pages need not know of it")
        for _ in 1...6 { #expect(desk.present(code.description, request) == nil) }
        let console = PairingRequest(.console, origin: "http://127.0.0.1:7420", client: .console)
        #expect(desk.present(code.description, console) != nil)

        let (_, another) = desk.open()
        #expect(desk.present(another.description, console) == nil)
        #expect(desk.present(another.description, request) != nil)
    }

    @Test func aPageThatGuessesEndsItsOwnTriesAndNotThePairing() throws {
        let (id, code) = desk.open(origin: nil, client: nil)
        let evil = PairingRequest(origin: "https://evil.example", client: request.client)
        for _ in 1...100 { #expect(desk.present("2222-2222", evil) == nil) }
        #expect(desk.present(code.description, evil) == nil, "not even the right one after five wrong ones")
        for _ in 1...4 { #expect(desk.present("2222-2222", request) == nil) }
        #expect(desk.present(code.description, request)?.id == id)
    }

    @Test func theOnlyPageThatMayComeEndsThePairingByItsGuesses() async throws {
        let (id, code) = desk.open(origin: request.origin, client: nil)
        let news = Task { [desk] in await desk.next(in: id) }
        let evil = PairingRequest(origin: "https://evil.example", client: request.client)
        for _ in 1...20 { #expect(desk.present("2222-2222", evil) == nil) }
        for _ in 1...5 { #expect(desk.present("2222-2222", request) == nil) }
        #expect(desk.present(code.description, request) == nil)
        #expect(await news.value == .guessed(by: request.origin))
    }

    @Test func whatPagesDoWrongIsToldToWhoAsksForIt() async throws {
        let (id, code) = desk.open(client: request.client)
        let stranger = PairingRequest(origin: "https://evil.example", client: try client("notes").identity.client)
        #expect(desk.present("2222-2222", request) == nil)
        #expect(desk.present("2222-2222", stranger) == nil, "a wrong code under a wrong name is nobody's business")
        #expect(desk.present(code.description, stranger) == nil)
        #expect(desk.present("2222-2222", request) == nil)
        #expect(await desk.next(in: id, tellsMistakes: true) == .wrongCode(by: request.origin, count: 1))
        #expect(await desk.next(in: id, tellsMistakes: true) == .strayed(stranger))
        #expect(desk.present(code.description, request) != nil)
        #expect(await desk.next(in: id) == .asked(request), "the console is told of pages that ask, and of nothing else")
    }

    @Test func mistakesAreNotToldWithoutEndAndTheEndIs() async throws {
        let (id, _) = desk.open()
        for index in 0..<WrongCodes.mostOfAll / WrongCodes.mostOfOneOrigin {
            let evil = PairingRequest(origin: "https://a\(index).evil.example", client: request.client)
            for _ in 1...WrongCodes.mostOfOneOrigin { #expect(desk.present("2222-2222", evil) == nil) }
        }
        var told = 0
        while let notice = await desk.next(in: id, tellsMistakes: true) {
            guard case .wrongCode = notice else {
                #expect(notice == .moreMistakes)
                break
            }
            told += 1
        }
        #expect(told == PairingDesk.mostMistakes)
        #expect(await desk.next(in: id, tellsMistakes: true) == .guessed(by: "https://a199.evil.example"))
        #expect(await desk.next(in: id, tellsMistakes: true) == nil)
    }

    @Test func thereIsAnEndToTheGuessesOfAllOriginsTogether() throws {
        let (_, code) = desk.open(origin: nil, client: nil)
        for index in 0..<WrongCodes.mostOfAll / WrongCodes.mostOfOneOrigin {
            #expect(desk.isOpen(for: request.origin), "\(index)")
            let evil = PairingRequest(origin: "https://a\(index).evil.example", client: request.client)
            for _ in 1...WrongCodes.mostOfOneOrigin { #expect(desk.present("2222-2222", evil) == nil) }
        }
        #expect(!desk.isOpen(for: request.origin))
        #expect(desk.present(code.description, request) == nil)
    }

    @Test(arguments: ["null", "", "https://studio.example/", "HTTPS://studio.example", "https://*.example", "file://"])
    func whatIsNoOriginIsNotLetNear(origin: String) {
        _ = desk.open(origin: nil, client: nil)
        #expect(!desk.isOpen(for: origin))
    }
}

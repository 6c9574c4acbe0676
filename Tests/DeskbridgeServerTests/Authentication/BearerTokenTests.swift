import Testing

@testable import DeskbridgeServer

@Suite struct BearerTokenTests {
    private static let body = String(repeating: "aB3-_", count: 8) + "xyz"

    @Test func aTokenHasItsShape() { #expect(BearerToken("dbt_" + Self.body)?.secret == "dbt_" + Self.body) }

    private static let short = String(body.dropLast())

    private static let misshapen: [String] = [
        "", "dbt_", "dbt_\(short)", "dbt_\(body)a", body, "DBT_\(body)", "dbk_\(body)", " dbt_\(body)", "dbt_\(body) ", "dbt_\(short)=",
        "dbt_\(short)+", "dbt_\(short)/", "dbt_\(short.dropLast())é", "dbt_\(short)\n", "dbt_\(short)\0",
    ]

    @Test(arguments: misshapen)
    func whatHasAnotherShapeIsNoToken(text: String) { #expect(BearerToken(text) == nil) }

    @Test func mintedTokensHaveTheShapeAndDiffer() {
        let tokens = (0..<200).map { _ in BearerToken.mint() }
        for token in tokens { #expect(BearerToken(token.secret) != nil) }
        #expect(Set(tokens.map(\.secret)).count == 200)
        #expect(Set(tokens.map(\.hash)).count == 200)
        #expect(tokens[0].hash.count == 32)
    }

    @Test func aTokenNeverShowsItself() {
        struct Holder { let token: BearerToken }
        let token = BearerToken.mint()
        var dumped = ""
        dump(token, to: &dumped)
        dump(Holder(token: token), to: &dumped)
        dump(Authenticator.Credential.token(token), to: &dumped)
        let shown = [
            "\(token)", String(reflecting: token), "\(Optional(token) as Any)", "\(Holder(token: token))", "\([token])", "\(["k": token])",
            "\(Authenticator.Credential.token(token))", dumped,
        ]
        for text in shown { #expect(!text.contains(token.secret.dropFirst(4))) }
        #expect("\(token)" == "<redacted>")
    }
}

import DeskbridgeCore
import Testing

@Suite struct ProblemTests {
    @Test(arguments: [
        ("malformed_request", 400), ("malformed_json", 400), ("token_in_url", 400), ("idempotency_key_required", 400),
        ("unknown_message", 400),
        ("unauthenticated", 401), ("origin_forbidden", 403), ("denied_by_policy", 403), ("forbidden", 403), ("not_found", 404),
        ("method_not_allowed", 405), ("wrong_state", 409), ("too_large", 413), ("unsupported_media_type", 415), ("wrong_host", 421),
        ("invalid_event", 422), ("unknown_event_type", 422), ("key_reused", 422), ("upgrade_required", 426), ("rate_limited", 429),
        ("internal_error", 500), ("shutting_down", 503), ("too_many_connections", 503),
        ("storage_full", 507),
    ])
    func everyCodeHasItsStatus(word: String, status: Int) throws {
        #expect(try #require(ProblemCode(rawValue: word)).status == status)
    }

    @Test func thereAreNoOtherCodes() { #expect(ProblemCode.allCases.count == 24) }

    @Test(arguments: ProblemCode.allCases) func everyCodeHasATitleOfItsOwn(code: ProblemCode) {
        #expect(!code.title.isEmpty)
        #expect(ProblemCode.allCases.count { $0.title == code.title } == 1)
    }

    @Test func mistakesAreListedWithTheirPointersAndCodes() {
        let problem = Problem(
            .invalidEvent, "It is wrong.",
            errors: [.init(pointer: "/payload/name", message: "is missing"), .init(pointer: "", message: "is empty", code: "empty_value")])
        #expect(
            problem.errorMembers == [
                "errors": [
                    ["pointer": "/payload/name", "message": "is missing"], ["pointer": "", "message": "is empty", "code": "empty_value"],
                ]
            ])
    }

    @Test func withoutMistakesThereIsNoList() { #expect(Problem(.notFound, "Nothing.").errorMembers.isEmpty) }
}

import DeskbridgeCommands
import DeskbridgeCore
import Testing

@Suite struct ExitStatusTests {
    static let codes: [ProblemCode: Int32] = [
        .malformedRequest: 65, .malformedJSON: 65, .tokenInURL: 77, .idempotencyKeyRequired: 65, .unauthenticated: 77,
        .originForbidden: 77, .deniedByPolicy: 77, .forbidden: 77, .notFound: 1, .methodNotAllowed: 1, .wrongState: 1, .tooLarge: 65,
        .unsupportedMediaType: 65, .wrongHost: 77, .invalidEvent: 65, .unknownEventType: 65, .keyReused: 65, .upgradeRequired: 1,
        .rateLimited: 75, .internalError: 1, .shuttingDown: 69, .storageFull: 75, .tooManyConnections: 75,
        .unknownMessage: 65,
    ]

    @Test(arguments: ProblemCode.allCases) func eachProblemHasItsExitCode(code: ProblemCode) {
        #expect(ExitStatus(code).rawValue == Self.codes[code])
    }

    @Test(
        arguments: [
            (.succeeded, 0), (.queued, 75), (.running, 75), (.retrying, 75), (.waiting, 75), (.failed, 1), (.cancelled, 1), (.expired, 1),
            (.unknown, 1),
        ] as [(DeliveryState, Int32)])
    func eachStateHasItsExitCode(state: DeliveryState, code: Int32) { #expect(ExitStatus(state).rawValue == code) }

    @Test func theNumbersAreThoseOfSysexits() {
        #expect(ExitStatus.allCases.map(\.rawValue) == [0, 1, 64, 65, 69, 73, 75, 77, 78])
    }

    @Test func aCodeOfALaterVersionIsAPlainFailure() throws {
        let problem = ProblemDocument(["code": "brand_new", "detail": "Something."], status: 418)
        #expect(try ControlError.problem(problem).failure(.plain()) == CommandFailure("Something. (brand_new)", .failed))
    }

    @Test func aBodyThatIsNoProblemDocumentStillSaysItsStatus() {
        #expect(ProblemDocument(nil, status: 502).message == "The daemon answered with HTTP status 502. (http_502)")
    }

    @Test func aProblemListsEachThingThatIsWrong() throws {
        let body = try Samples.json(
            #"{"code":"invalid_event","title":"The event is not valid","detail":"2 mistakes","errors":[{"pointer":"/payload/name","message":"is missing"},{"pointer":"","message":"x\u001b"}]}"#
        )
        #expect(
            ProblemDocument(body, status: 422).message == #"""
                The event is not valid (invalid_event)
                  /payload/name: is missing
                  the event: x\u{1B}
                """#)
    }
}

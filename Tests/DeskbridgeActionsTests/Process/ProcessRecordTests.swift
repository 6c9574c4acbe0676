import Glibc
import Testing

@testable import DeskbridgeActions

struct ProcessRecordTests {
    @Test(arguments: [
        ("7 (sh) S 1 42 43 0 -1", 42, 43, true), ("7 (a) Z 1 2 3) R 5 42 43 0 -1", 42, 43, true), ("7 (sh) Z 1 42 43 0 -1", 42, 43, false),
        ("7 (sh) X 1 42 43 0 -1", 42, 43, false), ("7 ((sd-pam)) S 1 42 43 0 -1", 42, 43, true),
    ])
    func theLineOfTheKernelIsRead(line: String, group: pid_t, session: pid_t, isRunning: Bool) throws {
        let record = try #require(ProcessRecord(7, stat: Array(line.utf8)))
        #expect(record.group == group)
        #expect(record.session == session)
        #expect(record.isRunning == isRunning)
    }

    @Test func whatIsNoSuchLineIsNothing() {
        #expect(ProcessRecord(7, stat: []) == nil)
        #expect(ProcessRecord(7, stat: Array("7 (sh) S 1".utf8)) == nil)
    }

    @Test func theRecordOfThisProcessIsRight() throws {
        let record = try #require(ProcessRecord(getpid()))
        #expect(record.group == getpgrp())
        #expect(record.session == getsid(0))
        #expect(record.isRunning)
    }
}

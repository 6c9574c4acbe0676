import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeEngine

@Suite(.timeLimit(.minutes(1))) struct AlarmTests {
    @Test(arguments: [
        (delay: Duration.seconds(-5), wait: Duration.milliseconds(1)), (.zero, .milliseconds(1)), (.milliseconds(250), .milliseconds(250)),
        (.seconds(3600), .seconds(3600)), (.seconds(86_400 * 365), .seconds(3600)), (.seconds(Int64.max), .seconds(3600)),
    ])
    func theWaitIsWithinItsLimits(delay: Duration, wait: Duration) { #expect(Alarm.wait(for: delay) == wait) }

    @Test func whatIsOverdueRings() async {
        let rings = Mailbox<Int>()
        let alarm = Alarm { rings.put(1) }
        alarm.set(after: .seconds(-1))
        #expect(await rings.first() == 1)
    }

    @Test func aReplacedAlarmDoesNotRing() async {
        let rings = Mailbox<String>()
        let alarm = Alarm { rings.put("ring") }
        alarm.set(after: .seconds(1800))
        alarm.set(after: .seconds(1800))
        alarm.set(after: .milliseconds(1))
        #expect(await rings.first() == "ring")
        alarm.set(after: nil)
        #expect(rings.all.count == 1)
    }
}

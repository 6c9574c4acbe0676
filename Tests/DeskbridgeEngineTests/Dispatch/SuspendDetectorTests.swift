import Testing

@testable import DeskbridgeEngine

@Suite struct SuspendDetectorTests {
    @Test func aMachineThatIsAwakeHasNotSlept() {
        var detector = SuspendDetector()
        for _ in 0..<1000 where detector.hasSlept() { Issue.record("nobody slept") }
    }
}

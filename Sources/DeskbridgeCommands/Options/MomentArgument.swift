internal import ArgumentParser
package import DeskbridgeCore
internal import Glibc

/// A moment on the command line: in UTC (`2026-11-21T09:00:00Z`), or as the clock here shows it (`2026-11-21T10:00`).
package struct MomentArgument: Sendable, Equatable, ExpressibleByArgument {
    package let moment: Timestamp

    package init?(argument: String) {
        if let moment = Timestamp(argument) {
            self.moment = moment
            return
        }
        // The same shape in UTC checks the digits.
        guard argument.utf8.count == 16, let shape = Timestamp(argument + ":00Z") else { return nil }
        var seconds = time_t(shape.milliseconds / 1000)
        var parts = tm()
        guard gmtime_r(&seconds, &parts) != nil else { return nil }
        // Of two times with one name, when the clock is set back, mktime(3) takes one; of none it takes the next.
        parts.tm_isdst = -1
        let local = mktime(&parts)
        guard local != -1 else { return nil }
        moment = Timestamp(milliseconds: Int64(local) * 1000)
    }
}

package import DeskbridgeCore

/// Says how far away a moment is, in its largest whole unit: `12s ago`, `in 5m`, `3d ago`.
package enum RelativeTime {
    package static func text(_ moment: Timestamp, now: Timestamp) -> String {
        let difference = now.milliseconds - moment.milliseconds
        guard abs(difference) >= 1000 else { return "now" }
        let span = span(seconds: Int64(difference.magnitude / 1000))
        return difference > 0 ? "\(span) ago" : "in \(span)"
    }

    /// A length of time in its largest whole unit.
    package static func span(seconds: Int64) -> String {
        switch seconds {
        case ..<60: "\(seconds)s"
        case ..<3600: "\(seconds / 60)m"
        case ..<86_400: "\(seconds / 3600)h"
        default: "\(seconds / 86_400)d"
        }
    }

    /// A length of time in its two largest units, such as `3d 4h`.
    package static func longSpan(seconds: Int64) -> String {
        switch seconds {
        case ..<60: "\(seconds)s"
        case ..<3600: "\(seconds / 60)m \(seconds % 60)s"
        case ..<86_400: "\(seconds / 3600)h \(seconds / 60 % 60)m"
        default: "\(seconds / 86_400)d \(seconds / 3600 % 24)h"
        }
    }
}

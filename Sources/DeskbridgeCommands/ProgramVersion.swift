internal import DeskbridgeServer

/// The version of this program: that of the daemon it runs.
package enum ProgramVersion {
    package static let text = Version.text
}

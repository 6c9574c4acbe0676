/// The version of this program and of the daemon it runs.
package enum ProgramVersion {
    package static let text = "0.1.0"
}

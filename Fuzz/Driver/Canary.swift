import DeskbridgeCore

/// A promise that is broken on purpose, to see that the search finds such a thing: it exists in the fuzzing program only.
///
/// The bytes that break it are far beyond guessing. They are found one after the other because the JSON parser reports that each brings
/// it further.
enum Canary {
    static let name = "canary"

    static func take(_ bytes: [UInt8]) {
        guard let members = (try? JSONParser.parse(bytes))?.objectValue else { return }
        promise(!members.values.contains([]), "the canary is found")
    }
}

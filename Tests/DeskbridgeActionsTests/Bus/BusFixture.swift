import DBus
import DeskbridgeCore
import DeskbridgeTestSupport

@testable import DeskbridgeActions

/// Steps that call the peers of the tests.
enum BusFixture {
    static func step(_ lines: [String], on bus: PrivateBus, destination: String = JobsPeer.name) throws -> BusStep {
        let path = "/" + destination.replacing(".", with: "/")
        let head = ["bus: \(bus.address)", "destination: \(destination)", "path: \(path)", "interface: \(destination)"]
        // A line of the test's own replaces that of the head.
        let keys = Set(lines.compactMap { $0.hasPrefix(" ") ? nil : $0.prefix { $0 != ":" } })
        let all = head.filter { line in !keys.contains(line.prefix { $0 != ":" }) } + lines
        return try BusHandler().parse(
            YAMLParser.parse(all.joined(separator: "\n"), file: "a.yaml"), in: TemplateScope(["name": .init(.string)]))
    }

    static func plan(_ step: BusStep, on bus: PrivateBus, name: String = "x") throws -> BusPlan {
        let names = [JobsPeer.name, BusPeer.name, "org.freedesktop.DBus"]
        return try step.plan(
            FieldValues(parameters: ["name": .string(name)], date: Timestamp(milliseconds: 0)),
            grants: Grants(dbus: names.map { name in try BusGrant("\(bus.address) \(name)") }))
    }

    static func plan(_ lines: [String], on bus: PrivateBus, destination: String = JobsPeer.name) throws -> BusPlan {
        try plan(step(lines, on: bus, destination: destination), on: bus)
    }

    /// Calls `Start(how)` and waits for the end of its job.
    static func start(_ how: String, _ until: [String] = ["expect: {3: done}"], on bus: PrivateBus) throws -> BusPlan {
        try plan(
            ["member: Start", "signature: s", "arguments: [\(how)]", "until:", "  member: JobRemoved", "  signature: uoss"]
                + ["  where: {1: \"{reply.0}\"}"] + until.map { "  " + $0 }, on: bus)
    }
}

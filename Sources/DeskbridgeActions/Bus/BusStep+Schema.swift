import DBus
import DeskbridgeCore

extension BusStep {
    static let schema = MappingSchema([
        .optional(
            "bus", "The bus: session, system, or the address of one.", .text("^(session$|system$|unix:)"), default: "session",
            examples: ["session", "system", "unix:path=/run/user/1000/bus"]),
        .required("destination", "The bus name of the peer that is called.", .template, examples: ["org.freedesktop.Notifications"]),
        .required("path", "The object that is called.", .template, examples: ["/org/freedesktop/Notifications"]),
        .required("interface", "The interface of the method.", BusNameSchemas.interface, examples: ["org.freedesktop.Notifications"]),
        .required("member", "The method.", BusNameSchemas.member, examples: ["Notify"]),
        .optional(
            "signature", "The types of the arguments, as the D-Bus specification writes them; none if left out.",
            BusNameSchemas.signature, examples: ["susssasa{sv}i"]),
        .optional(
            "arguments", "The arguments, one for each type of the signature; a variant of a given type is {\"@\": TYPE, value: VALUE}.",
            ValueSchema(["type": "array"], remark: ValueSchema.template.remark)),
        .optional(
            "timeout", "How long the answer may take.", .duration(in: shortestTimeout...longestTimeout),
            default: .string(Units.text(defaultTimeout))),
        .optional("start", "Whether the bus may start the destination.", .word(["auto", "never"]), default: "auto"),
        .optional(
            "waitFor", "name: the event waits, without using up attempts, until the destination is on the bus.", .word(["name"])),
        .optional("until", "The signal that ends the step; without it the answer does.", BusUntil.schema.value),
        .optional(
            "errors", "What the peer's errors mean, by their names.", .map(of: BusNameSchemas.failure, named: BusNameSchemas.interface),
            examples: [["org.example.Error.Busy": "retryable"]]),
    ])
}

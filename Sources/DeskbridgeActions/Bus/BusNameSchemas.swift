import DeskbridgeCore

/// The shapes of names in `dbus` steps, as the D-Bus specification has them ("Valid Names").
enum BusNameSchemas {
    static let interface = ValueSchema.text("^[A-Za-z_][A-Za-z0-9_]*([.][A-Za-z_][A-Za-z0-9_]*)+$", longest: 255)
    static let member = ValueSchema.text("^[A-Za-z_][A-Za-z0-9_]*$", longest: 255)
    static let signature = ValueSchema.text("^[ybnqiuxtdhsogva(){}]*$", longest: 255)
    static let failure = ValueSchema.word(["retryable", "permanent"])
}

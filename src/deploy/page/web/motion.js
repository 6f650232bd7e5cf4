// The accelerometer of a phone.

/**
 * Whether acceleration has the opposite sign. At rest with the screen up, Android gives z = +9.8 m/s2, as the standard
 * (https://www.w3.org/TR/orientation-event/) and the sensors of data sets do: what the device is pushed by. Browsers on iOS and
 * iPadOS hand on what the system says, z = -9.8 m/s2: all three axes are the other way around. An iPad calls itself a Macintosh.
 */
function hasAppleSigns() {
  return /iPhone|iPad|iPod/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
}

/** Whether the model sees an accelerometer, and nothing else. */
function seesAccelerometer(model) {
  const axes = ["ax", "ay", "az"];
  return model.channels.length === 3 && model.channels.every((channel, c) => channel.endsWith(axes[c]));
}

/**
 * Hands samples to `add(seconds, [x, y, z] in g)` until the function that it returns is called. iOS asks the person, and only
 * right after a press of a button. Throws an Error that says why there is no sensor.
 */
async function listenToMotion(add) {
  if (!isSecureContext) throw new Error("Phones give their motion to pages from https only.");  // some browsers just stay silent
  if (typeof DeviceMotionEvent === "undefined") throw new Error("This browser knows no motion sensor.");
  if (typeof DeviceMotionEvent.requestPermission === "function" && await DeviceMotionEvent.requestPermission() !== "granted") {
    throw new Error("The phone was not allowed to give its motion to this page.");
  }
  const unit = (hasAppleSigns() ? -1 : 1) * GRAVITY;
  const listener = (event) => {
    const motion = event.accelerationIncludingGravity;
    if (motion === null || motion.x === null) return;  // a device without the sensor says so in this way
    add(event.timeStamp / 1000, [motion.x / unit, motion.y / unit, motion.z / unit]);
  };
  addEventListener("devicemotion", listener);
  return () => removeEventListener("devicemotion", listener);
}

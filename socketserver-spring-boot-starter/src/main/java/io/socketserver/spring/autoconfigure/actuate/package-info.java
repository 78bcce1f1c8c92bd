/**
 * Auto-configuration of the actuator endpoints.
 */
@NullMarked
package io.socketserver.spring.autoconfigure.actuate;

import org.jspecify.annotations.NullMarked;

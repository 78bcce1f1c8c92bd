/**
 * Actuator endpoints over socket servers and their connections.
 */
@NullMarked
package io.socketserver.spring.actuate;

import org.jspecify.annotations.NullMarked;

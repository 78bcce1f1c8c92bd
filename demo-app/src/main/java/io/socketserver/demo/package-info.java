/**
 * A Spring Boot application with a socket server of each kind.
 */
@NullMarked
package io.socketserver.demo;

import org.jspecify.annotations.NullMarked;

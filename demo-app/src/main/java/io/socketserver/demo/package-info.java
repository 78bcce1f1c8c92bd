/**
 * A Spring Boot application with four socket servers.
 */
@NullMarked
package io.socketserver.demo;

import org.jspecify.annotations.NullMarked;

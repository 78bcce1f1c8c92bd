/**
 * A Spring Boot application with two socket servers.
 */
@NullMarked
package io.socketserver.demo;

import org.jspecify.annotations.NullMarked;

/**
 * What a Spring Boot application names: the handler annotation, the servers, events and
 * customizers.
 */
@NullMarked
package io.socketserver.spring;

import org.jspecify.annotations.NullMarked;

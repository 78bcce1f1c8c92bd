package io.socketserver.spring.autoconfigure;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.scheduling.config.TaskManagementConfigUtils;

/**
 * Has a worker's context start nothing but what handlers need, and serve when it is
 * ready.
 */
final class WorkerContextInitializer implements ApplicationContextInitializer<ConfigurableApplicationContext> {

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		// A context's children and parents are not the worker.
		if (context.getParent() == null) {
			context.addBeanFactoryPostProcessor(new WorkerBeans());
			context.addApplicationListener(new WorkerServing());
		}
	}

	/**
	 * Takes out what must not happen twice: scheduled methods, and the start of beans
	 * that only live to be started.
	 */
	private static final class WorkerBeans implements BeanDefinitionRegistryPostProcessor {

		@Override
		public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
			registry.registerBeanDefinition(AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME,
					new RootBeanDefinition(WorkerLifecycleProcessor.class));
		}

		@Override
		public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
			String scheduled = TaskManagementConfigUtils.SCHEDULED_ANNOTATION_PROCESSOR_BEAN_NAME;
			if (beanFactory instanceof BeanDefinitionRegistry registry && registry.containsBeanDefinition(scheduled)) {
				registry.removeBeanDefinition(scheduled);
			}
		}

	}

}
